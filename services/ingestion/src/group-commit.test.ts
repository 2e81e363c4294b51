import { type LogPacket, readBatch } from '@greenwatch/kit';
import { GroupCommit } from './group-commit';

const packet = (n: number): LogPacket => ({
  mn: `M${n}`,
  kind: 1,
  dataTime: n,
  receivedAt: n,
  fields: '',
  raw: new Uint8Array(),
});

/** A log whose publishes end when the test says so. */
function slowLog() {
  const batches: number[][] = [];
  const ends: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const commit = new GroupCommit('one', (message, count) => {
    const { packets } = readBatch(message);
    expect(count).toBe(packets.length);
    batches.push(packets.map((p) => p.dataTime));
    return new Promise<void>((resolve, reject) => ends.push({ resolve, reject }));
  });
  return { batches, ends, commit };
}
/** Longer than publishes are apart. */
const turn = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('group commit (design.md 4)', () => {
  it('publishes the first at once and what arrives meanwhile together', async () => {
    const { batches, ends, commit } = slowLog();
    const done: number[] = [];
    for (const n of [1, 2]) commit.append(packet(n), () => done.push(n), 'hj212');
    await turn();
    for (const n of [3, 4, 5]) commit.append(packet(n), () => done.push(n), 'hj212');
    await turn();
    expect(batches).toEqual([[1, 2]]);
    expect(done).toEqual([]);
    ends[0]?.resolve();
    await turn();
    expect(done).toEqual([1, 2]);
    expect(batches).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
    ends[1]?.resolve();
    await commit.idle();
    expect(done).toEqual([1, 2, 3, 4, 5]);
  });

  it('tells every packet of a failed publish and goes on with the next', async () => {
    const { ends, commit } = slowLog();
    const told: unknown[] = [];
    commit.append(packet(1), (error) => told.push(error), 'hj212');
    await turn();
    commit.append(packet(2), (error) => told.push(error), 'hj212');
    ends[0]?.reject(new Error('no answer'));
    await turn();
    ends[1]?.resolve();
    await commit.idle();
    expect(told).toEqual([new Error('no answer'), undefined]);
  });

  it('keeps messages below the size the server takes', async () => {
    const { batches, ends, commit } = slowLog();
    for (let n = 0; n < 10; n++) commit.append({ ...packet(n), raw: Buffer.alloc(1024 * 1024) }, () => {}, 'hj212');
    await turn();
    expect(batches).toEqual([[0, 1, 2, 3]]);
    for (let i = 0; i < 3; i++) {
      ends[i]?.resolve();
      await turn();
    }
    expect(batches.flat()).toHaveLength(10);
  });
});
