import { readingsLog } from '@greenwatch/contracts';
import { defineService, encodeBatch, type Kit, type RunningService, runService } from '@greenwatch/kit';
import { serviceEnvironment, type TestServers, testServers } from '@greenwatch/testkit';
import { type Static, Type } from '@sinclair/typebox';
import fc from 'fast-check';
import { ALWAYS } from '../src/access';
import { ColdMonths } from '../src/cold/cold-month.model';
import { Freezer } from '../src/cold/freezer';
import { groupPackets } from '../src/group-packets';
import { mergePackets, type OrderedPacket } from '../src/merge';
import { Messages } from '../src/messages/message.model';
import { Packer } from '../src/packed/packer';
import { PacketStore } from '../src/packet.model';
import { RetentionRound, readRetention } from '../src/retention';
import { readSeries } from '../src/series/read-series';
import { storageSettings } from '../src/storage-part';

const Settings = Type.Object(storageSettings);
const DAY = 86_400_000;
const HOUR = 3_600_000;
/** 2026-07-31T00:00+08:00 */
const T = Date.UTC(2026, 6, 30, 16);
const MUCH_LATER = T + 1_000 * DAY;
const { KIND_REALTIME, KIND_HOUR } = readingsLog.Kind;

let servers: TestServers;
let running: RunningService;
let kit: Kit<Static<typeof Settings>>;
let store: PacketStore;
let cold: ColdMonths;
let packer: Packer;
let freezer: Freezer;

beforeAll(async () => {
  servers = await testServers();
  const service = defineService({
    name: 'readings',
    config: Settings,
    create(given) {
      kit = given;
      return {};
    },
  });
  running = await runService(service, serviceEnvironment(servers, 'readings'));
}, 60_000);
afterAll(async () => {
  await running?.stop();
  await servers?.stop();
});
beforeEach(async () => {
  await kit.db.dropDatabase();
  cold = new ColdMonths(kit.db, kit.blobs);
  store = new PacketStore(kit.db, cold);
  await store.prepare();
  await cold.prepare();
  packer = new Packer(kit, store);
  freezer = new Freezer(kit, store, cold, HOUR);
});

let sequence = 0;
interface Sent {
  at: number;
  fields: string;
  receivedAt?: number;
  mn?: string;
  kind?: readingsLog.Kind;
}
const send = (...packets: Sent[]) => {
  const data = encodeBatch(
    packets.map(({ at, fields, receivedAt = at + 1_000, mn = 'A', kind = KIND_REALTIME }) => ({
      ...{ mn, kind, dataTime: at, receivedAt, fields },
      raw: Buffer.alloc(0),
    })),
  );
  return store.insert(groupPackets([{ partition: 0, sequence: ++sequence, data }]));
};
async function all(from: PacketStore = store, mn = 'A', kind: number = KIND_REALTIME): Promise<OrderedPacket[]> {
  const found: OrderedPacket[] = [];
  for await (const day of from.days(mn, kind, ALWAYS)) found.push(...day);
  return found;
}
/** Moments as the reader sees them, without the packets' places. */
const seen = async (from: PacketStore = store) => shown(await all(from));
const shown = (packets: OrderedPacket[]) =>
  [...mergePackets(packets)].map(({ dataTime, receivedAt, revisions, factors }) => ({
    dataTime: (dataTime - T) / HOUR,
    receivedAt,
    revisions,
    factors: [...factors].map(([factor, values]) => [factor, values.map(({ reading }) => reading.fields)]),
  }));
const count = (collection: string) => kit.db.collection(collection).countDocuments();

/** A store that dies at the first call of one of its steps. */
function dying(step: 'replace' | 'removeRecent' | 'remove'): PacketStore {
  const fails = () => Promise.reject(new Error('killed'));
  const mortal = new PacketStore(kit.db, cold);
  if (step === 'removeRecent') mortal.removeRecent = fails;
  else mortal.packed[step] = fails;
  return mortal;
}

describe('issue 5: closed days packed', () => {
  test('what is closed is packed and reads as before: values, revisions, flags, reception, order', async () => {
    await send({ at: T, fields: 'a-Rtd=1.50,a-Flag=N' }, { at: T + HOUR, fields: 'a-Rtd=2,a-Flag=D' });
    await send({ at: T, fields: 'a-Rtd=1.60,a-Flag=N', receivedAt: T + 5 * DAY }, { at: T + DAY, fields: 'b-Rtd=1' });
    const before = await seen();
    await packer.packAll(T + 2 * DAY);
    expect([await count('packets'), await count('packed_days')]).toEqual([1, 1]);
    expect(await seen()).toEqual(before);
    expect(before[0]).toMatchObject({ revisions: 1, receivedAt: T + 5 * DAY });
    await packer.packAll(MUCH_LATER);
    expect([await count('packets'), await count('packed_days')]).toEqual([0, 2]);
    expect(await seen()).toEqual(before);
    expect(await store.daysOf('A', KIND_REALTIME)).toEqual(['20260731', '20260801']);
    expect(packer.counts).toMatchObject({ days: 2, packets: 4, failed: 0 });
  });

  test('a day is open until PACK_AFTER_HOURS after its end', async () => {
    await send({ at: T + 23 * HOUR, fields: 'a-Rtd=1' });
    await packer.packAll(T + 2 * DAY - 1);
    expect(await count('packed_days')).toBe(0);
    await packer.packAll(T + 2 * DAY);
    expect(await count('packed_days')).toBe(1);
  });

  test('late data and revisions for a packed day land in it', async () => {
    await send({ at: T, fields: 'a-Rtd=1' }, { at: T + 2 * HOUR, fields: 'a-Rtd=3' });
    await packer.packAll(MUCH_LATER);
    await send({ at: T + HOUR, fields: 'a-Rtd=2', receivedAt: T + 9 * DAY });
    await send({ at: T, fields: 'a-Rtd=1.1', receivedAt: T + 9 * DAY });
    const before = await seen();
    expect(before.map(({ dataTime, revisions }) => [dataTime, revisions])).toEqual([
      [0, 1],
      [1, 0],
      [2, 0],
    ]);
    await packer.packAll(MUCH_LATER);
    expect([await count('packets'), await count('packed_days')]).toEqual([0, 1]);
    expect(await seen()).toEqual(before);
  });

  test('delivered again after it was packed: nothing counts twice', async () => {
    const twice = [
      { at: T, fields: 'a-Rtd=1', receivedAt: T },
      { at: T, fields: 'a-Rtd=2', receivedAt: T },
      { at: T, fields: 'a-Rtd=1', receivedAt: T },
    ];
    await send(...twice);
    const before = await seen();
    await packer.packAll(MUCH_LATER);
    sequence--;
    await send(...twice);
    expect(await seen()).toEqual(before);
    await packer.packAll(MUCH_LATER);
    expect([await count('packets'), await seen()]).toEqual([0, before]);
  });

  test.each(['replace', 'removeRecent'] as const)(
    'killed at %s: nothing lost, nothing twice, the next one goes on',
    async (step) => {
      await send({ at: T, fields: 'a-Rtd=1' }, { at: T + HOUR, fields: 'a-Rtd=2' });
      await send({ at: T, fields: 'a-Rtd=1.1', receivedAt: T + DAY });
      const before = await seen();
      await expect(new Packer(kit, dying(step)).pack('A', KIND_REALTIME, '20260731')).rejects.toThrow('killed');
      expect(await seen()).toEqual(before);
      await packer.packAll(MUCH_LATER);
      expect([await count('packets'), await count('packed_days'), await seen()]).toEqual([0, 1, before]);
    },
  );

  test('one that lost its lease while it packed replaces nothing of the other', async () => {
    await send({ at: T, fields: 'a-Rtd=1' });
    const slow = new PacketStore(kit.db, cold);
    const replace = slow.packed.replace.bind(slow.packed);
    slow.packed.replace = async (day) => {
      await packer.packAll(MUCH_LATER);
      await send({ at: T + HOUR, fields: 'a-Rtd=2' });
      await packer.packAll(MUCH_LATER);
      return replace(day);
    };
    await new Packer(kit, slow).pack('A', KIND_REALTIME, '20260731');
    expect((await seen()).map(({ dataTime }) => dataTime)).toEqual([0, 1]);
  });

  test('who reads while days are packed sees everything', async () => {
    const sent = Array.from({ length: 20 }, (_, i) => ({ at: T + i * DAY, fields: `a-Rtd=${i}` }));
    for (const one of sent) await send(one);
    const before = await seen();
    let packing = true;
    const reading = (async () => {
      let times = 0;
      while (packing) {
        expect(await seen()).toEqual(before);
        times++;
      }
      return times;
    })();
    await packer.packAll(MUCH_LATER);
    await freezer.freezeAll(MUCH_LATER);
    packing = false;
    expect(await reading).toBeGreaterThan(0);
    expect(await count('packed_days')).toBe(0);
    expect(await seen()).toEqual(before);
  });

  test('the latest moment never goes back: packed, cold, and with late data of an older day', async () => {
    const newest = async () => (await store.newest('A', KIND_REALTIME)).map(({ fields }) => fields);
    await send({ at: T, fields: 'a-Rtd=1' }, { at: T + DAY, fields: 'a-Rtd=2' }, { at: T + DAY, fields: 'b-Rtd=3' });
    for (const step of [
      () => Promise.resolve(),
      () => packer.packAll(MUCH_LATER),
      () => freezer.freezeAll(MUCH_LATER),
    ]) {
      await step();
      expect(await newest()).toEqual(['a-Rtd=2', 'b-Rtd=3']);
    }
    await send({ at: T + HOUR, fields: 'a-Rtd=0', receivedAt: T + 9 * DAY });
    expect(await newest()).toEqual(['a-Rtd=2', 'b-Rtd=3']);
    await packer.packAll(MUCH_LATER);
    expect(await newest()).toEqual(['a-Rtd=2', 'b-Rtd=3']);
  });
});

describe('issue 5: old months in cold storage, readable through the same query', () => {
  test('months go to a Parquet file each; late data for one lands in its file', async () => {
    await send(
      { at: T, fields: 'a-Rtd=1' },
      { at: T + DAY, fields: 'a-Rtd=2' },
      { at: T + 40 * DAY, fields: 'a-Rtd=3' },
    );
    await packer.packAll(MUCH_LATER);
    await freezer.freezeAll(T + (400 + 40) * DAY);
    expect([await count('packed_days'), await count('cold_months'), await count('blobs.files')]).toEqual([1, 2, 2]);
    await send({ at: T + HOUR, fields: 'a-Rtd=1.5', receivedAt: MUCH_LATER });
    const before = await seen();
    expect(before.map(({ dataTime }) => dataTime)).toEqual([0, 1, 24, 960]);
    await packer.packAll(MUCH_LATER);
    await freezer.freezeAll(MUCH_LATER);
    expect([await count('packed_days'), await count('cold_months'), await count('blobs.files')]).toEqual([0, 3, 3]);
    expect(await seen()).toEqual(before);
    expect(await store.daysOf('A', KIND_REALTIME)).toEqual(['20260731', '20260801', '20260909']);
    const devices: string[] = [];
    for await (const mn of store.devices()) devices.push(mn);
    expect(devices).toEqual(['A']);
  });

  test('killed before the packed days are gone: nothing lost, nothing twice, the next one goes on', async () => {
    await send({ at: T, fields: 'a-Rtd=1' }, { at: T, fields: 'a-Rtd=2', receivedAt: T + DAY });
    await packer.packAll(MUCH_LATER);
    const before = await seen();
    const killed = new Freezer(kit, dying('remove'), cold, HOUR);
    await expect(killed.freeze('A', KIND_REALTIME, '202607')).rejects.toThrow('killed');
    expect([await count('packed_days'), await seen()]).toEqual([1, before]);
    await freezer.freezeAll(MUCH_LATER);
    expect([await count('packed_days'), await count('blobs.files'), await seen()]).toEqual([0, 1, before]);
  });

  test('a file that a kill left behind is taken away, the others stay', async () => {
    await send({ at: T, fields: 'a-Rtd=1', mn: 'A/1' });
    await packer.packAll(MUCH_LATER);
    await freezer.freezeAll(MUCH_LATER);
    await kit.blobs.put(Buffer.from('left behind'), { contentType: 'x', name: 'readings/A/1/1/202607.parquet' });
    await kit.blobs.put(Buffer.from('of others'), { contentType: 'x', name: 'photo' });
    expect(await cold.sweep(Date.now())).toBe(0);
    expect(await cold.sweep(Date.now() + 2 * HOUR)).toBe(1);
    expect(await count('blobs.files')).toBe(2);
    expect(shown(await all(store, 'A/1'))).toHaveLength(1);
  });
});

test('issue 5: any history of sending, packing, freezing and kills reads as the plain list of packets', async () => {
  const packet = fc.record({
    at: fc.integer({ min: 0, max: 40 }).map((n) => T + n * 7 * HOUR),
    fields: fc.constantFrom('a-Rtd=1.5', 'a-Rtd=1.50', 'a-Rtd=2,a-Flag=N', 'b-Rtd=7', 'a-Rtd=2;b-Rtd=8'),
  });
  const step = fc.oneof(
    fc.record({ send: fc.array(packet, { minLength: 1, maxLength: 6 }) }),
    fc.constantFrom(
      { run: 'pack' },
      { run: 'pack, killed at removeRecent' },
      { run: 'freeze' },
      { run: 'freeze, killed' },
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (history) => {
      for (const name of ['packets', 'packed_days', 'cold_months', 'blobs.files', 'blobs.chunks']) {
        await kit.db.collection(name).deleteMany({});
      }
      const plain: OrderedPacket[] = [];
      for (const one of history) {
        if ('send' in one) {
          // What comes in one millisecond comes in one message.
          const receivedAt = MUCH_LATER + sequence;
          const packets = one.send.map((packet) => ({ ...packet, receivedAt }));
          await send(...packets);
          plain.push(...packets.map(({ at, fields }) => ({ dataTime: at, receivedAt, fields, sequence })));
        } else if (one.run === 'pack') await packer.packAll(MUCH_LATER);
        else if (one.run === 'freeze') await freezer.freezeAll(MUCH_LATER);
        else if (one.run === 'freeze, killed') {
          await new Freezer(kit, dying('remove'), cold, HOUR).freezeAll(MUCH_LATER).catch(() => {});
        } else await new Packer(kit, dying('removeRecent')).packAll(MUCH_LATER);
        expect(await seen()).toEqual(shown(plain));
      }
    }),
    { numRuns: 15 },
  );
}, 120_000);

test('issue 5, retention by data class: what is older than its class is kept goes, wherever it lies, and is told', async () => {
  const hour = { kind: KIND_HOUR, fields: 'a-Avg=1' };
  await send({ at: T - 100 * DAY, fields: 'a-Rtd=1' }, { at: T - 100 * DAY, ...hour });
  await packer.packAll(MUCH_LATER);
  await freezer.freezeAll(MUCH_LATER);
  await send({ at: T - 20 * DAY, fields: 'a-Rtd=2' }, { at: T - 20 * DAY, ...hour });
  await packer.packAll(MUCH_LATER);
  await send({ at: T - 19 * DAY, fields: 'a-Rtd=3' }, { at: T - 5 * DAY, fields: 'a-Rtd=4' });
  const messages = new Messages(kit.db);
  await messages.prepare();
  const said = (mn: string, dataTime: number) => ({ mn, dataTime, receivedAt: T, text: '{"type":"log","cn":"3020"}' });
  await messages.keep([said('A', T - 11 * DAY), said('B', T - 11 * DAY), said('B', T - 10 * DAY)]);
  const round = new RetentionRound(kit, { store, cold, messages }, readRetention('realtime=10,message=10'));
  expect(await round.run(T)).toEqual({ at: T, recent: 1, packed: 1, cold: 1, messages: 2 });
  expect((await all()).map(({ fields }) => fields)).toEqual(['a-Rtd=4']);
  expect(await all(store, 'A', KIND_HOUR)).toHaveLength(2);
  expect(await count('device_messages')).toBe(1);
  expect(await round.lastRun()).toMatchObject({ at: T, cold: 1 });
});

test('issue 5: a line is the same from recent, packed and cold data, revised or not', async () => {
  await send(
    { at: T, fields: 'a-Rtd=1.5,a-Flag=N;b-Rtd=7' },
    { at: T + HOUR, fields: 'a-Flag=D' },
    { at: T + DAY, fields: 'b-Rtd=8' },
  );
  await send(
    { at: T + 2 * DAY, fields: 'a-Rtd=4' },
    { at: T + 2 * DAY, fields: 'a-Rtd=5,a-Flag=N', receivedAt: MUCH_LATER },
  );
  const range = { from: T, to: T + 3 * DAY };
  const lines = () => readSeries(store, [{ mn: 'A', ranges: [range] }], 'realtime', ['a', 'b'], 'Rtd');
  const expected = [
    { times: [T, T + HOUR, T + 2 * DAY], values: [1.5, Number.NaN, 5], flags: ['N', 'D', 'N'] },
    { times: [T, T + DAY], values: [7, 8], flags: [undefined, undefined] },
  ];
  expect(await lines()).toEqual(expected);
  await packer.packAll(MUCH_LATER);
  expect(await lines()).toEqual(expected);
  await freezer.freezeAll(MUCH_LATER);
  expect(await lines()).toEqual(expected);
});
