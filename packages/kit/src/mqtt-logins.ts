import { type NatsConnection, nkeys } from '@nats-io/transport-node';
import type { Logger } from './logger';

/** A client that wants to log in at the MQTT listener of nats-server. */
export interface MqttLogin {
  user: string;
  password: string;
  clientId: string;
  /** Where it connects from. */
  address: string;
}

/** Topics that a client may publish to once it is let in, as NATS subjects. It may subscribe to none. */
export type MqttVerdict = { publish: string[] } | undefined;

const SUBJECT = '$SYS.REQ.USER.AUTH';

/**
 * Answers nats-server's question whether an MQTT client may log in (its auth callout). Any instance may answer; where none
 * runs, nobody is let in.
 * @param seed of the account key that nats-server trusts (`auth_callout.issuer`)
 * @param account in which clients work
 * @param judge decides on a client; a failure lets nobody in
 */
export function serveMqttLogins(
  connection: NatsConnection,
  { seed, account, group }: { seed: string; account: string; group: string },
  judge: (login: MqttLogin) => Promise<MqttVerdict>,
  log: Logger,
): { stop(): void } {
  const key = nkeys.fromSeed(new TextEncoder().encode(seed.trim()));
  const sign = (claims: object) => signed(key, claims);
  const subscription = connection.subscribe(SUBJECT, {
    queue: group,
    callback: (error, message) => {
      if (error) {
        log.error({ err: error }, 'MQTT log-ins are no longer heard');
        return;
      }
      const asked = claimsOf<Asked>(message.string());
      const { user_nkey, server_id, client_info = {}, connect_opts = {} } = asked.nats;
      const answer = (nats: object) =>
        message.respond(
          sign({ aud: server_id.id, sub: user_nkey, nats: { ...nats, type: 'authorization_response', version: 2 } }),
        );
      const login: MqttLogin = {
        user: connect_opts.user ?? '',
        password: connect_opts.pass ?? '',
        clientId: client_info.mqtt_id ?? '',
        address: client_info.host ?? '',
      };
      // Other connections than MQTT belong to our own processes, which nats-server knows itself.
      const verdict = client_info.type === 'mqtt' ? judge(login) : Promise.resolve(undefined);
      void verdict
        .catch((failure): MqttVerdict => {
          log.warn({ err: failure }, 'an MQTT log-in could not be judged');
          return undefined;
        })
        .then((let_in) => {
          if (!let_in) return answer({ error: 'not let in' });
          const jwt = sign({
            aud: account,
            sub: user_nkey,
            name: login.user,
            nats: {
              pub: { allow: let_in.publish },
              sub: { deny: ['>'] },
              subs: -1,
              data: -1,
              payload: -1,
              allowed_connection_types: ['MQTT'],
              type: 'user',
              version: 2,
            },
          });
          return answer({ jwt });
        });
    },
  });
  return { stop: () => subscription.unsubscribe() };
}

interface Asked {
  nats: {
    user_nkey: string;
    server_id: { id: string };
    client_info?: { host?: string; type?: string; mqtt_id?: string };
    connect_opts?: { user?: string; pass?: string };
  };
}

const base64url = (text: string | Uint8Array) => Buffer.from(text).toString('base64url');

/** A JWT as nats-server reads it (Ed25519, issuer = the key's own name). */
function signed(key: nkeys.KeyPair, claims: object): string {
  const head = base64url(JSON.stringify({ typ: 'JWT', alg: 'ed25519-nkey' }));
  const iat = Math.floor(Date.now() / 1_000);
  const body = base64url(JSON.stringify({ jti: crypto.randomUUID(), iat, iss: key.getPublicKey(), ...claims }));
  return `${head}.${body}.${base64url(key.sign(new TextEncoder().encode(`${head}.${body}`)))}`;
}

/** What nats-server says; the connection on which it came is what makes it true. */
function claimsOf<T>(jwt: string): T {
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8')) as T;
}
