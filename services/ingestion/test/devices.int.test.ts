import { connect, type Socket } from 'node:net';
import { type DeviceState, type Refusal, registryFacts } from '@greenwatch/contracts';
import { buildFrame, formatDataTime } from '@greenwatch/hj212';
import { choosePort } from '@greenwatch/infra';
import {
  type Caller,
  type Client,
  connectClient,
  loadFieldCipher,
  type RunningService,
  runService,
} from '@greenwatch/kit';
import {
  asIssuer,
  factsHandled,
  serviceEnvironment,
  type TestServers,
  tellFact,
  testKeys,
  testServers,
  until,
} from '@greenwatch/testkit';
import { ingestionService } from '../src/ingestion.service';

const BLOCK_S = 8;
let servers: TestServers;
let services: RunningService[] = [];
let client: Client;
let ports: number[];
let encrypt: (plain: string) => string;

/** Two instances, as a load balancer would have behind it. */
beforeAll(async () => {
  servers = await testServers();
  ports = [await choosePort(), await choosePort()];
  services = [];
  for (const [n, port] of ports.entries()) {
    const env = serviceEnvironment(servers, 'ingestion', {
      INSTANCE: `ingestion-${n}`,
      HJ212_PORT: String(port),
      INGESTION_FIGURES_EVERY_S: '1',
      INGESTION_WRONG_PASSWORDS: '6',
      INGESTION_BLOCK_S: String(BLOCK_S),
    });
    services.push(await runService(ingestionService, env));
  }
  const keys = testKeys(servers);
  encrypt = loadFieldCipher(keys.fieldKeysFile).encrypt;
  client = await connectClient({ ...asIssuer(servers, 'gateway'), services: ['ingestion'] });
}, 60_000);
afterAll(async () => {
  await client?.close();
  for (const service of services) await service.stop();
  await servers?.stop();
}, 30_000);

const user = (division: string, more: Partial<Caller> = {}): Caller => ({
  kind: 'user',
  id: `of-${division}`,
  name: 'somebody',
  roles: ['supervisor'],
  division,
  scopes: [],
  ...more,
});
const province = user('330000');
const tongxiang = user('330483');
const jiaojiang = user('331002');

interface Registered {
  password?: string;
  sequence?: number;
  old?: registryFacts.OldPassword[];
  packetsPerMinute?: number;
  operatorId?: string;
}
/** What the registry would tell of a device in Tongxiang. */
async function register(mn: string, { password = 'Right1', sequence = 1, old = [], ...more }: Registered = {}) {
  const data: registryFacts.DeviceChanged = {
    mn,
    status: 'active',
    passwordEncrypted: encrypt(password),
    addresses: [],
    edition: '2017',
    missingFlagValid: true,
    operatorId: '',
    bindings: [],
    facilities: [],
    ppmFactors: [],
    profileId: '',
    oldPasswords: { passwords: old },
    ...more,
  };
  const options = { divisionPath: ['330000', '330400', '330483'], enterpriseId: 'E1' };
  await tellFact(client, 'facts.registry.device.changed', registryFacts.DeviceChanged, mn, sequence, data, options);
  await factsHandled(client, 'ingestion');
}

const NOW = Math.floor(Date.now() / 60_000) * 60_000;
let packets = 0;
/** A realtime packet of a device; its clock is `ahead` ms ahead of ours. */
function upload(mn: string, password = 'Right1', ahead = 0): Buffer {
  const clock = Date.now() + ahead;
  const qn = formatDataTime(clock) + String(clock % 1000).padStart(3, '0');
  const time = formatDataTime(NOW - 60_000 + ++packets * 1_000);
  return buildFrame(
    `QN=${qn};ST=32;CN=2011;PW=${password};MN=${mn};Flag=5;CP=&&DataTime=${time};w01018-Rtd=12.5,w01018-Flag=N&&`,
  );
}

class Connection {
  received = '';
  constructor(readonly socket: Socket) {
    socket.on('data', (chunk) => {
      this.received += chunk.toString();
    });
    socket.on('error', () => {});
  }
  static open(instance = 0): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(ports[instance] as number, '127.0.0.1', () => resolve(new Connection(socket)));
      socket.once('error', reject);
    });
  }
  get answers(): number {
    return this.received.split('CN=9014').length - 1;
  }
  /** Sends a packet and says whether it is answered. */
  async ask(frame: Buffer, ms = 700): Promise<boolean> {
    const before = this.answers;
    this.socket.write(frame);
    const end = Date.now() + ms;
    while (Date.now() < end) {
      if (this.answers > before) return true;
      await sleep(20);
    }
    return false;
  }
  close(): void {
    this.socket.destroy();
  }
}
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** One packet on a connection of its own. */
async function sendOnce(mn: string, password?: string, instance = 0): Promise<boolean> {
  const connection = await Connection.open(instance);
  const answered = await connection.ask(upload(mn, password));
  connection.close();
  return answered;
}
const stateOf = async (mn: string, as: Caller = province): Promise<DeviceState | undefined> =>
  (await client.call('ingestion.device.list', { q: mn }, { as })).items.find((item) => item.mn === mn);
const countOf = (state: DeviceState | undefined, reason: Refusal['reason']) =>
  state?.refused.find((one) => one.reason === reason)?.count ?? 0;

describe('the list of devices', () => {
  it('says who is there, when last seen, what was accepted and refused by cause, and how its clock goes', async () => {
    await register('LIST-1');
    await register('LIST-2');
    const connection = await Connection.open();
    for (let n = 0; n < 5; n++) expect(await connection.ask(upload('LIST-1', 'Right1', 300_000))).toBe(true);
    // A wrong CRC names nobody: it counts for the one device that speaks here.
    connection.socket.write(upload('LIST-1').toString().replace('12.5', '12.6'));
    connection.socket.write(upload('LIST-1').toString().replace('12.5', '12.6'));
    expect(await connection.ask(upload('LIST-1', 'Wrong1'), 200)).toBe(false);
    const state = await until(async () => {
      const found = await stateOf('LIST-1');
      return found && countOf(found, 'crc') === 2 && found.online && found;
    });
    expect(state).toMatchObject({
      status: 'active',
      edition: '2017',
      enterpriseId: 'E1',
      accepted: 5,
      address: '127.0.0.1',
    });
    expect(state.refused).toEqual([
      { reason: 'crc', count: 2 },
      { reason: 'wrong-password', count: 1 },
    ]);
    expect(state.clock?.aheadSeconds).toBeGreaterThan(299);
    expect(state.clock?.aheadSeconds).toBeLessThanOrEqual(300);
    expect(Date.parse(state.lastSeen ?? '')).toBeGreaterThan(Date.now() - 10_000);
    connection.close();
    const gone = await until(async () => {
      const found = await stateOf('LIST-1');
      return found?.online === false && found;
    });
    expect(Date.parse(gone.lastSeen ?? '')).toBeLessThanOrEqual(Date.parse(gone.since ?? ''));
    const offline = await client.call('ingestion.device.list', { online: false, limit: 1000 }, { as: province });
    expect(offline.items.map(({ mn }) => mn)).toEqual(expect.arrayContaining(['LIST-1', 'LIST-2']));
    expect((await client.call('ingestion.device.list', { online: true, q: 'LIST' }, { as: province })).items).toEqual(
      [],
    );
    const one = await client.call('ingestion.device.get', { mn: 'LIST-1' }, { as: tongxiang });
    expect(one.hours.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(5);
  });

  it('pages by key, and names what is wrong with the days asked for', async () => {
    const first = await client.call('ingestion.device.list', { q: 'LIST', limit: 1 }, { as: province });
    const second = await client.call(
      'ingestion.device.list',
      { q: 'LIST', limit: 1, after: first.next },
      { as: province },
    );
    expect([first.items[0]?.mn, second.items[0]?.mn, second.next]).toEqual(['LIST-1', 'LIST-2', undefined]);
    const days = { from: '2026-11-02', to: '2026-11-01' };
    await expect(client.call('ingestion.device.list', days, { as: province })).rejects.toThrow(/from expected a day/);
    const earlier = { from: '2026-01-01', to: '2026-01-31', q: 'LIST-1' };
    expect((await client.call('ingestion.device.list', earlier, { as: province })).items[0]).toMatchObject({
      accepted: 0,
    });
  });

  it('is scoped: another county sees nothing of it, an operator what it maintains', async () => {
    await register('OPERATED', { operatorId: 'OP1' });
    const operator = user('330000', { roles: ['operator-staff'], operatorId: 'OP1' });
    expect(await stateOf('LIST-1', tongxiang)).toBeDefined();
    expect(await stateOf('LIST-1', jiaojiang)).toBeUndefined();
    await expect(client.call('ingestion.device.get', { mn: 'LIST-1' }, { as: jiaojiang })).rejects.toThrow(/no device/);
    const seen = await client.call('ingestion.device.list', {}, { as: operator });
    expect(seen.items.map(({ mn }) => mn)).toEqual(['OPERATED']);
    const mine = await client.call('ingestion.device.summary', {}, { as: tongxiang });
    const theirs = await client.call('ingestion.device.summary', {}, { as: jiaojiang });
    expect(mine).toMatchObject({ active: 3, unclaimed: 0, online: 0 });
    expect(mine.accepted).toBeGreaterThanOrEqual(5);
    expect(mine.refused).toContainEqual({ reason: 'crc', count: 2 });
    expect(theirs).toMatchObject({ active: 0, accepted: 0, refused: [], nobodys: [] });
  });

  it('counts strangers as nobody’s, for the province', async () => {
    expect(await sendOnce('STRANGER')).toBe(false);
    await until(async () => {
      const { nobodys } = await client.call('ingestion.device.summary', {}, { as: province });
      return nobodys.some(({ reason, count }) => reason === 'unknown-device' && count === 1);
    });
    expect((await client.call('ingestion.device.summary', {}, { as: tongxiang })).nobodys).toEqual([]);
  });
});

describe('repeated wrong passwords', () => {
  /** What is blocked, as `<address> <mn>`. */
  const blocks = async (as = province) =>
    (await client.call('ingestion.block.list', {}, { as })).items.map(({ address, mn }) => `${address} ${mn ?? ''}`);

  it('block the device at its address over all instances, and nobody else there; a connection that was let in goes on', async () => {
    for (const mn of ['GUESSED', 'NEIGHBOUR']) await register(mn);
    const old = await Connection.open(1);
    expect(await old.ask(upload('GUESSED'))).toBe(true);
    // Three at one instance, three at the other.
    for (let n = 0; n < 6; n++) expect(await sendOnce('GUESSED', 'Wrong1', n % 2)).toBe(false);
    const begun = Date.now();
    await until(async () => (await blocks()).includes('127.0.0.1 GUESSED'));
    await until(async () => (await stateOf('GUESSED'))?.blockedUntil);
    // Both instances hold it within a second or so, also against the right password.
    for (const instance of [0, 1]) await until(async () => !(await sendOnce('GUESSED', 'Right1', instance)));
    expect([await sendOnce('GUESSED', 'Right1', 0), await sendOnce('GUESSED', 'Right1', 1)]).toEqual([false, false]);
    expect(await old.ask(upload('GUESSED'))).toBe(true);
    for (const instance of [0, 1]) expect(await sendOnce('NEIGHBOUR', 'Right1', instance)).toBe(true);
    await until(async () => countOf(await stateOf('GUESSED'), 'blocked') >= 2);
    const { items } = await client.call('ingestion.refusal.list', { reason: 'blocked' }, { as: tongxiang });
    expect(items[0]).toMatchObject({ mn: 'GUESSED', detail: expect.stringMatching(/127\.0\.0\.1.*\d s more/) });
    // After a while it is looked at again.
    await until(async () => sendOnce('GUESSED'), 20_000);
    expect(Date.now() - begun).toBeGreaterThan((BLOCK_S - 1) * 1_000);
    old.close();
  }, 60_000);

  it('are over when the device gets another password', async () => {
    await register('MENDED');
    for (let n = 0; n < 6; n++) await sendOnce('MENDED', 'Wrong1');
    expect(await sendOnce('MENDED')).toBe(false);
    await register('MENDED', { password: 'Right2', sequence: 2 });
    await until(async () => sendOnce('MENDED', 'Right2'), BLOCK_S * 1_000 - 1_500);
  }, 30_000);

  it('can be lifted by who sees the device', async () => {
    await register('LIFTED');
    for (let n = 0; n < 6; n++) await sendOnce('LIFTED', 'Wrong1');
    const block = { address: '127.0.0.1', mn: 'LIFTED' };
    await until(async () => (await blocks(tongxiang)).includes('127.0.0.1 LIFTED'));
    expect(await blocks(jiaojiang)).toEqual([]);
    await expect(client.call('ingestion.block.lift', block, { as: jiaojiang })).rejects.toThrow(/no device/);
    await expect(client.call('ingestion.block.lift', { address: '127.0.0.1' }, { as: tongxiang })).rejects.toThrow(
      /province/,
    );
    // An instance that did not count them hears of a block within a second; the call may reach either.
    await until(async () => (await client.call('ingestion.block.lift', block, { as: tongxiang })).lifted);
    await until(async () => sendOnce('LIFTED'), BLOCK_S * 1_000 - 2_000);
  }, 30_000);

  it('of very many devices block the address, but not for devices that were let in from there', async () => {
    const mns = Array.from({ length: 20 }, (_, n) => `SPRAYED-${n}`);
    for (const mn of [...mns, 'NEW']) await register(mn);
    expect(await sendOnce('NEIGHBOUR')).toBe(true);
    const connection = await Connection.open();
    for (const mn of mns) connection.socket.write(upload(mn, '123456'));
    await until(async () => (await blocks()).includes('127.0.0.1 '));
    await sleep(1_500);
    expect([await sendOnce('NEIGHBOUR'), await sendOnce('NEW')]).toEqual([true, false]);
    connection.close();
    await until(async () => sendOnce('NEW'), 20_000);
  }, 60_000);
});

describe('a rotated password', () => {
  it('is good beside the old one for its time, told twice and late', async () => {
    await register('ROTATED', { password: 'First1' });
    const until1 = Date.now() + 6_000;
    const rotated = { password: 'Second', sequence: 2, old: [{ encrypted: encrypt('First1'), validTo: until1 }] };
    await register('ROTATED', rotated);
    await register('ROTATED', rotated);
    // The fact from before comes late.
    await register('ROTATED', { password: 'First1', sequence: 1 });
    expect([await sendOnce('ROTATED', 'Second'), await sendOnce('ROTATED', 'First1')]).toEqual([true, true]);
    // Also at the instance that did not take the fact.
    await until(async () => sendOnce('ROTATED', 'Second', 1));
    await until(async () => (await stateOf('ROTATED'))?.oldPasswordAt);
    await sleep(Math.max(0, until1 - Date.now()));
    expect([await sendOnce('ROTATED', 'First1'), await sendOnce('ROTATED', 'Second')]).toEqual([false, true]);
  }, 30_000);
});

describe('packets a minute', () => {
  it('too many are refused and not answered, kept and counted; the others are taken', async () => {
    await register('FAST', { packetsPerMinute: 30 });
    const connection = await Connection.open();
    connection.socket.write(Buffer.concat(Array.from({ length: 100 }, () => upload('FAST'))));
    const state = await until(async () => {
      const found = await stateOf('FAST');
      return found && found.accepted + countOf(found, 'too-many') === 100 && found;
    });
    expect(connection.answers).toBe(state.accepted);
    expect(state.accepted).toBeGreaterThanOrEqual(30);
    expect(state.accepted).toBeLessThan(40);
    const items = await until(async () => {
      const kept = await client.call('ingestion.refusal.list', { mn: 'FAST', limit: 1000 }, { as: tongxiang });
      return kept.items.length > 0 && kept.items;
    });
    // A flood is kept by its first twenty a minute; a minute may end meanwhile.
    expect(items.length).toBeGreaterThanOrEqual(20);
    expect(items.length).toBeLessThanOrEqual(40);
    expect(items[0]).toMatchObject({ reason: 'too-many', detail: expect.stringContaining('30 packets a minute') });
    connection.close();
  });
});
