import { readingsGrpc } from '@greenwatch/contracts';
import { useOwnFactors } from '@greenwatch/hj212';
import { defineService, type Kit, ownFactors } from '@greenwatch/kit';
import { credentials } from '@grpc/grpc-js';
import { LiveHub } from './events/live-hub';
import { type Gateway, GatewayConfig } from './gateway';
import { pushFront } from './intake/push.grpc';
import { ApiKeys, apiKeyModel } from './keys/api-keys';
import { mapModels } from './map/map.model';
import { mapFacts } from './map/map.projection';
import { type Server, startServer } from './server';
import { accountModel, sessionModel } from './sessions/account.model';
import { Accounts } from './sessions/accounts';
import { LoginThrottle } from './sessions/login-throttle';
import { SessionStore } from './sessions/session-store';

/** The one way in from outside: accounts, sessions, API keys, the HTTP API, live events, pages. See README.md. */
export const gatewayService = defineService({
  name: 'gateway',
  config: GatewayConfig,
  create(kit: Kit<GatewayConfig>) {
    const { config, db, valkey, now } = kit;
    const accounts = new Accounts(kit, accountModel(db));
    const keys = new ApiKeys(kit, apiKeyModel(db));
    const sessions = new SessionStore(sessionModel(db), accountModel(db), valkey, now, {
      idleMs: config.SESSION_IDLE_SECONDS * 1000,
      absoluteMs: config.SESSION_MAX_SECONDS * 1000,
    });
    const models = mapModels(db);
    const hub = new LiveHub(kit, models.devices);
    const readingsClient = new readingsGrpc.ReadingsServiceClient(config.READINGS_GRPC, credentials.createInsecure());
    const gateway: Gateway = {
      kit,
      accounts,
      sessions,
      throttle: new LoginThrottle(valkey, now),
      keys,
      mapModels: models,
      hub,
      readingsClient,
      async missing() {
        const absent = kit.nats.isClosed() || kit.nats.isDraining() ? ['NATS'] : [];
        const ping = db.getClient().db(db.name).command({ ping: 1 }, { timeoutMS: 2_000 });
        await ping.catch(() => absent.push('MongoDB'));
        return absent;
      },
    };
    const factors = ownFactors(kit, useOwnFactors);
    const push = pushFront(kit, keys);
    let server: Server | undefined;

    return {
      actions: {
        'gateway.account.import': (params, { caller }) => accounts.import(params.accounts, caller),
        'gateway.apiKey.create': (params, { caller }) => keys.create(params, caller),
        'gateway.apiKey.list': (_, { caller }) => keys.list(caller),
        'gateway.apiKey.revoke': ({ id }, { caller }) => keys.revoke(id, caller),
      },
      facts: { ...mapFacts(models, now), 'facts.registry.factor.changed': factors.taken },
      grpc: push.serve,
      async started() {
        await factors.started();
        await keys.completePaths();
        await accounts.ensureFirst(config.PROVINCE, config.FIRST_PASSWORD_FILE);
        hub.start();
        server = await startServer(gateway);
        kit.log.info({ port: server.port }, 'the API listens');
      },
      stopping() {
        server?.leave();
      },
      async stopped() {
        await server?.close();
        hub.stop();
        readingsClient.close();
        push.close();
        await factors.stopped();
      },
    };
  },
});
