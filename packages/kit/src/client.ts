import { type CallAction, createBroker, createCall } from './broker';
import { type Identity, loadIdentity } from './identity';
import { newId } from './ids';
import { connectNats, type Nats } from './nats';

export interface Client {
  call: CallAction;
  identity: Identity;
  nats: Nats;
  close(): Promise<void>;
}

/** Joins a running system from outside a service: the demo's loader, benchmarks, tests. Speaks as its own issuer. */
export async function connectClient(options: {
  issuer: string;
  natsUrl: string;
  privateKeyFile: string;
  publicKeysFile: string;
  province?: string;
  /** Services to wait for. */
  services?: string[];
}): Promise<Client> {
  const { issuer, natsUrl, province = '330000', services = [] } = options;
  const identity = await loadIdentity(issuer, province, options.privateKeyFile, options.publicKeysFile);
  const name = `${issuer}-${process.pid}-${newId().slice(-6)}`;
  const broker = createBroker(natsUrl, name, 'error');
  await broker.start();
  if (services.length > 0) await broker.waitForServices(services, 60_000, 100);
  const nats = await connectNats(natsUrl, name);
  return {
    call: createCall(broker, identity),
    identity,
    nats,
    async close() {
      await broker.stop();
      await nats.connection.drain();
    },
  };
}
