import type { NatsUser } from './servers/nats-server';

/** Who may log in to NATS, each with a signing key of its own as an issuer of identities. */
export const issuers = [
  ...['registry', 'ingestion', 'readings', 'rules', 'permits', 'tasking', 'notifications', 'gateway'],
  ...['fraud', 'complaints', 'credit'],
  ...['demo', 'admin'],
] as const;

/**
 * One NATS user an issuer (design.md 6): everybody calls actions through Moleculer and pulls from JetStream by request
 * and reply, but publishes facts and dead letters under its own name only. Ingestion alone writes readings; the gateway
 * alone listens live, for what it shows. Instances of ingestion tell each other of commands that wait for a device, and
 * answer nats-server which devices may log in at its MQTT listener.
 */
export function natsUsers(passwords: Record<string, string>): NatsUser[] {
  return Object.entries(passwords).map(([name, password]) => ({
    name,
    password,
    publish: [
      ...['$JS.API.>', '$JS.ACK.>', 'MOL.>', '_INBOX.>', `facts.${name}.>`, `deadletter.${name}.>`],
      ...(name === 'ingestion' ? ['readings.*', 'ingestion.commands', '$SYS._INBOX.>'] : []),
    ],
    subscribe: [
      '_INBOX.>',
      'MOL.>',
      ...(name === 'gateway' ? ['facts.>', 'readings.*'] : []),
      ...(name === 'ingestion' ? ['ingestion.commands', '$SYS.REQ.USER.AUTH'] : []),
    ],
  }));
}
