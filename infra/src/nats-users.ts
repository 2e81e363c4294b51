import { type NatsLogin, phasesOf, type Rotating } from './secrets';
import type { NatsUser } from './servers/nats-server';

/** Who may log in to NATS, each with a signing key of its own as an issuer of identities. */
export const issuers = [
  ...['registry', 'ingestion', 'readings', 'rules', 'permits', 'tasking', 'notifications', 'gateway'],
  ...['fraud', 'complaints', 'credit'],
  ...['demo', 'admin', 'operations'],
] as const;

/**
 * One NATS user an issuer (design.md 6): everybody calls actions through Moleculer and pulls from JetStream by request
 * and reply, but publishes facts and dead letters under its own name only. Ingestion alone writes readings; the gateway
 * alone listens live, for what it shows. Instances of ingestion tell each other of commands that wait for a device, and
 * answer nats-server which devices may log in at its MQTT listener. Operations saves and restores streams, publishes what
 * could not be handled once more, and hears who lives. A login that is being rotated is there twice.
 */
export function natsUsers(logins: Record<string, Rotating<NatsLogin>>): NatsUser[] {
  return Object.entries(logins).flatMap(([issuer, login]) =>
    phasesOf(login).map(({ user, password }) => ({ name: user, password, ...subjectsOf(issuer) })),
  );
}

function subjectsOf(issuer: string): Pick<NatsUser, 'publish' | 'subscribe'> {
  if (issuer === 'operations') {
    return {
      publish: ['$JS.API.>', '$JS.ACK.>', '$JS.SNAPSHOT.>', '_INBOX.>', 'facts.>', 'readings.*'],
      subscribe: ['_INBOX.>', 'MOL.HEARTBEAT'],
    };
  }
  return {
    publish: [
      ...['$JS.API.>', '$JS.ACK.>', 'MOL.>', '_INBOX.>', `facts.${issuer}.>`, `deadletter.${issuer}.>`],
      ...(issuer === 'ingestion' ? ['readings.*', 'ingestion.commands', '$SYS._INBOX.>'] : []),
    ],
    subscribe: [
      '_INBOX.>',
      'MOL.>',
      ...(issuer === 'gateway' ? ['facts.>', 'readings.*'] : []),
      ...(issuer === 'ingestion' ? ['ingestion.commands', '$SYS.REQ.USER.AUTH'] : []),
    ],
  };
}
