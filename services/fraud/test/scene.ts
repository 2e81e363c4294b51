import { permitsFacts, readingsLog, registryFacts } from '@greenwatch/contracts';
import { choosePort } from '@greenwatch/infra';
import { type Client, connectClient, encodeBatch, partitionOf } from '@greenwatch/kit';
import {
  asIssuer,
  factsHandled,
  serviceEnvironment,
  startTestProcess,
  type TestProcess,
  type TestServers,
  tellFact,
  testServers,
  until,
} from '@greenwatch/testkit';
import { type Db, MongoClient } from 'mongodb';
import type { PlantHour } from './plant';

export const TONGXIANG = ['330000', '330400', '330483'];
export const JIAOJIANG = ['330000', '331000', '331002'];

/** Real servers, a real readings service and a client; what the tests of fraud play on. */
export class Scene {
  private constructor(
    readonly servers: TestServers,
    readonly readings: TestProcess,
    readonly readingsGrpc: string,
    readonly client: Client,
    readonly mongo: MongoClient,
  ) {}

  static async start(): Promise<Scene> {
    const servers = await testServers();
    const [health, grpc] = [await choosePort(), await choosePort()];
    const readings = await startTestProcess({
      script: 'services/readings/dist/main.js',
      environment: {
        ...(serviceEnvironment(servers, 'readings') as Record<string, string>),
        HEALTH_PORT: String(health),
        GRPC_PORT: String(grpc),
      },
      readyAt: `http://127.0.0.1:${health}`,
    });
    const client = await connectClient({ ...asIssuer(servers, 'gateway'), services: ['readings'] });
    const mongo = await new MongoClient(servers.mongoUri).connect();
    return new Scene(servers, readings, `127.0.0.1:${grpc}`, client, mongo);
  }

  get db(): Db {
    return this.mongo.db(`${this.servers.database}_fraud`);
  }

  /** Short windows, so that two months of data are enough. */
  environment(more: Record<string, string> = {}): Record<string, string> {
    return {
      ...(serviceEnvironment(this.servers, 'fraud') as Record<string, string>),
      READINGS_GRPC: this.readingsGrpc,
      FRAUD_WINDOW_DAYS: '15',
      FRAUD_BASELINE_DAYS: '45',
      ...more,
    };
  }

  async stop(): Promise<void> {
    await this.client?.close();
    await this.readings?.stop();
    await this.mongo?.close();
    await this.servers?.stop();
  }

  /** Stores hours of a device in readings, by the log as ingestion would. */
  async send(mn: string, hours: readonly PlantHour[], receivedAt = Date.now()): Promise<void> {
    for (let at = 0; at < hours.length; at += 400) {
      const packets = hours.slice(at, at + 400).map(({ time, fields }) => ({
        mn,
        kind: readingsLog.Kind.KIND_HOUR,
        dataTime: time,
        receivedAt,
        fields,
        raw: Buffer.alloc(0),
      }));
      await this.client.nats.js.publish(`readings.${partitionOf(mn, 16)}`, encodeBatch(packets));
    }
  }

  /** Readings has stored everything that was sent. */
  async stored(): Promise<void> {
    await until(async () => {
      for await (const { num_pending, num_ack_pending } of this.client.nats.jsm.consumers.list('READINGS')) {
        if (num_pending + num_ack_pending > 0) return false;
      }
      return true;
    });
  }

  /** Tells registry's and permits' facts of an enterprise with outlets, each with one device of the same name. */
  async register(enterpriseId: string, path: string[], outletIds: readonly string[]): Promise<void> {
    const { client } = this;
    await tellFact(
      client,
      'facts.registry.enterprise.changed',
      registryFacts.EnterpriseChanged,
      enterpriseId,
      1,
      enterprise(enterpriseId, path),
      { divisionPath: path },
    );
    for (const outletId of outletIds) {
      await tellFact(client, 'facts.registry.outlet.changed', registryFacts.OutletChanged, outletId, 1, {
        ...registryFacts.OutletChanged.decode(new Uint8Array()),
        id: outletId,
        enterpriseId,
        code: 'DA001',
        name: '锅炉废气排放口',
        medium: 'gas',
      });
      const mn = `MN-${outletId}`;
      await tellFact(client, 'facts.registry.device.changed', registryFacts.DeviceChanged, mn, 1, {
        ...registryFacts.DeviceChanged.decode(new Uint8Array()),
        mn,
        status: 'active',
        bindings: [{ outletId, enterpriseId, medium: 'gas', from: 0, to: 0, divisionPath: path }],
      });
    }
    const limits = outletIds.flatMap((outletId) =>
      Object.entries({ a21026: 35, a21002: 50 }).map(([factor, limit]) => ({
        ...permitsFacts.Limit.decode(new Uint8Array()),
        id: `${outletId}-${factor}`,
        outletId,
        factor,
        period: 'hour',
        limit,
        unit: 'mg/m3',
        validFrom: 0,
        validTo: 0,
      })),
    );
    await tellFact(client, 'facts.permits.permit.changed', permitsFacts.PermitChanged, `permit-${enterpriseId}`, 1, {
      ...permitsFacts.PermitChanged.decode(new Uint8Array()),
      id: `permit-${enterpriseId}`,
      enterpriseId,
      status: 'valid',
      validFrom: 0,
      validTo: Date.now() + 1e10,
      limits,
    });
  }

  /** The client has found the fraud service. */
  async reachable(): Promise<void> {
    await until(() =>
      this.client.call('fraud.model.list', {}).then(
        () => true,
        () => false,
      ),
    );
  }

  handled = () => factsHandled(this.client, 'fraud');
}

export const enterprise = (id: string, path: string[]): registryFacts.EnterpriseChanged => ({
  ...registryFacts.EnterpriseChanged.decode(new Uint8Array()),
  id,
  name: `某热电 ${id}`,
  divisionCode: path.at(-1) as string,
  industryName: '热电联产',
});
