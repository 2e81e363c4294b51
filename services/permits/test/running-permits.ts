import { type Caller, type Client, connectClient, type RunningService, runService } from '@greenwatch/kit';
import { asIssuer, serviceEnvironment, type TestServers, testServers } from '@greenwatch/testkit';
import { type Db, MongoClient } from 'mongodb';
import { permitsService } from '../src/permits.service';

export const TONGXIANG = ['330000', '330400', '330483'];
export const JIAOJIANG = ['330000', '331000', '331002'];

/** A caller of the gateway's. */
export const caller = (division: string, more: Partial<Caller> = {}): Caller => ({
  kind: 'user',
  id: `u-${division}`,
  name: division,
  roles: ['supervisor'],
  division,
  scopes: [],
  ...more,
});
export const administrator = caller('330000', { roles: ['administrator'] });
export const tongxiang = caller('330483');
export const jiaojiang = caller('331002');

/** Permits on real servers. */
export class RunningPermits {
  private constructor(
    private readonly servers: TestServers,
    private service: RunningService,
    readonly gateway: Client,
    private readonly mongo: MongoClient,
    readonly db: Db,
  ) {}

  /** @param settings beside what every service gets */
  static async start(settings: Record<string, string> = {}): Promise<RunningPermits> {
    const servers = await testServers();
    const mongo = await new MongoClient(servers.mongoUri).connect();
    const service = await runService(permitsService, serviceEnvironment(servers, 'permits', settings));
    const gateway = await connectClient({ ...asIssuer(servers, 'gateway'), services: ['permits'] });
    return new RunningPermits(servers, service, gateway, mongo, mongo.db(`${servers.database}_permits`));
  }

  /** As after an upgrade: stopped, and started on the same data. */
  async restart(): Promise<void> {
    await this.service.stop();
    this.service = await runService(permitsService, serviceEnvironment(this.servers, 'permits'));
  }

  async stop(): Promise<void> {
    await this.gateway.close();
    await this.service.stop();
    await this.mongo.close();
    await this.servers.stop();
  }
}
