import { registryFacts, type Task } from '@greenwatch/contracts';
import { type Caller, type Client, connectClient, type RunningService, runService } from '@greenwatch/kit';
import { asIssuer, serviceEnvironment, type TestServers, tellFact, testServers, until } from '@greenwatch/testkit';
import { type Db, MongoClient } from 'mongodb';
import { taskingService } from '../src/tasking.service';

export const TONGXIANG = ['330000', '330400', '330483'];
export const GATE = { lon: 120.5513, lat: 30.6302 };
const NOTHING = new Uint8Array();

type Person = [id: string, role: string, divisionCode: string, certificateNo: string, enterpriseId?: string];
const PEOPLE: Person[] = [
  ['sup', 'supervisor', '330483', 'C1'],
  ['sup-other', 'supervisor', '330483', ''],
  ['off', 'officer', '330483', 'C2'],
  ['grid', 'grid-member', '330483', ''],
  ['grid-town', 'grid-member', '330483100', ''],
  ['city-sup', 'supervisor', '330400', 'C3'],
  ['prov-sup', 'supervisor', '330000', ''],
  ['boss', 'principal', '330483', '', 'e1'],
  ['boss-2', 'principal', '330483', '', 'e2'],
];

/** A caller of the gateway's. */
export const user = (
  personId: string,
  roles: Caller['roles'],
  division: string,
  more: Partial<Caller> = {},
): Caller => ({
  kind: 'user',
  id: `account-${personId}`,
  name: personId,
  roles,
  division,
  personId,
  scopes: [],
  ...more,
});
export const sup = user('sup', ['supervisor'], '330483');
export const supOther = user('sup-other', ['supervisor'], '330483');
export const off = user('off', ['officer'], '330483');
export const grid = user('grid', ['grid-member'], '330483');
export const citySup = user('city-sup', ['supervisor'], '330400');
export const boss = user('boss', ['principal'], '330483', { enterpriseId: 'e1' });
export const boss2 = user('boss-2', ['principal'], '330483', { enterpriseId: 'e2' });
export const jiaojiang = user('j-sup', ['supervisor'], '331002');

/** Tasking on real servers with the people and enterprises of 桐乡, and what tests do with it. */
export class RunningTasking {
  private constructor(
    private readonly servers: TestServers,
    private readonly service: RunningService,
    readonly gateway: Client,
    private readonly mongo: MongoClient,
    readonly db: Db,
  ) {}

  static async start(): Promise<RunningTasking> {
    const servers = await testServers();
    const mongo = await new MongoClient(servers.mongoUri).connect();
    const db = mongo.db(`${servers.database}_tasking`);
    const service = await runService(taskingService, serviceEnvironment(servers, 'tasking'));
    const gateway = await connectClient({ ...asIssuer(servers, 'gateway'), services: ['tasking'] });
    const running = new RunningTasking(servers, service, gateway, mongo, db);
    for (const [id, role, divisionCode, certificateNo, enterpriseId = ''] of PEOPLE) {
      await tellFact(gateway, 'facts.registry.person.changed', registryFacts.PersonChanged, id, 1, {
        ...registryFacts.PersonChanged.decode(NOTHING),
        id,
        name: `name of ${id}`,
        roles: [role],
        divisionCode,
        enterpriseId,
        certificateNo,
        active: true,
      });
    }
    for (const [id, principal] of [
      ['e1', 'boss'],
      ['e2', 'boss-2'],
    ] as const) {
      await running.tellEnterprise(id, principal);
    }
    await tellFact(gateway, 'facts.registry.operator.changed', registryFacts.OperatorChanged, 'op1', 1, {
      ...registryFacts.OperatorChanged.decode(NOTHING),
      id: 'op1',
      name: '某运维公司',
    });
    await until(async () => (await db.collection('people').countDocuments()) === PEOPLE.length);
    await until(async () => (await db.collection('enterprises').countDocuments()) === 2);
    await until(async () => (await db.collection('operators').countDocuments()) === 1);
    return running;
  }

  async tellEnterprise(id: string, principalPersonId: string): Promise<void> {
    await tellFact(
      this.gateway,
      'facts.registry.enterprise.changed',
      registryFacts.EnterpriseChanged,
      id,
      1,
      {
        ...registryFacts.EnterpriseChanged.decode(NOTHING),
        id,
        name: `某热电 ${id}`,
        divisionCode: '330483',
        address: '某路1号',
        ...GATE,
        principalPersonId,
      },
      { divisionPath: TONGXIANG },
    );
  }

  readonly call = ((action, params, options) => this.gateway.call(action, params, options)) as Client['call'];

  async tasksOf(originKind: Task['clueSource'], originId: string, as = citySup): Promise<Task[]> {
    const { items } = await this.call('tasking.task.list', { originKind, originId }, { as });
    return items.sort((a, b) => (a.type < b.type ? -1 : 1));
  }

  /** Walks a visit from its dispatch to an approved review. */
  async visited(id: string, conclusion: NonNullable<Task['finding']>['conclusion']): Promise<Task> {
    const at = { id, ...GATE, accuracy: 5, datum: 'CGCS2000' as const };
    await this.call('tasking.task.accept', { id }, { as: sup });
    await this.call('tasking.task.accept', { id }, { as: off });
    await this.call('tasking.task.checkIn', at, { as: off });
    await this.call('tasking.task.recordFinding', { id, conclusion, text: '现场核查' }, { as: off });
    await this.call('tasking.task.submit', { id }, { as: sup });
    return this.call('tasking.task.review', { id, decision: 'approve', comment: '同意' }, { as: citySup });
  }

  /** Lets a timer be due now. */
  async passTime(cancelKey: string): Promise<void> {
    const { matchedCount } = await this.db
      .collection('outbox')
      .updateMany({ cancelKey, publishedAt: null }, { $set: { publishAt: 1 } });
    expect(matchedCount).toBe(1);
  }

  async stop(): Promise<void> {
    await this.gateway.close();
    await this.service.stop();
    await this.mongo.close();
    await this.servers.stop();
  }
}
