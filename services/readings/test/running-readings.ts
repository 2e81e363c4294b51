import { type Client, connectClient } from '@greenwatch/kit';
import {
  asIssuer,
  serviceEnvironment,
  startTestProcess,
  type TestProcess,
  type TestServers,
  testServers,
} from '@greenwatch/testkit';
import { type Db, MongoClient } from 'mongodb';

/** Readings as a process of its own, which may be killed, on real servers. */
export class RunningReadings {
  private constructor(
    private readonly servers: TestServers,
    private readonly mongo: MongoClient,
    readonly process: TestProcess,
    readonly db: Db,
    /** The gateway's. */
    public client: Client,
  ) {}

  /** Days with new hours are summed up every second. */
  static async start(): Promise<RunningReadings> {
    const servers = await testServers();
    const mongo = await new MongoClient(servers.mongoUri).connect();
    const process = await startTestProcess({
      script: 'services/readings/dist/main.js',
      environment: serviceEnvironment(servers, 'readings', { TOTALS_EVERY_SECONDS: '1' }) as Record<string, string>,
    });
    return new RunningReadings(
      servers,
      mongo,
      process,
      mongo.db(`${servers.database}_readings`),
      await connect(servers),
    );
  }

  /** A caller that does not know of processes that are gone. */
  async reconnect(): Promise<void> {
    await this.client.close();
    this.client = await connect(this.servers);
  }

  async stop(): Promise<void> {
    await this.client.close();
    await this.process.stop();
    await this.mongo.close();
    await this.servers.stop();
  }
}

function connect(servers: TestServers): Promise<Client> {
  return connectClient({ ...asIssuer(servers, 'gateway'), services: ['readings'] });
}
