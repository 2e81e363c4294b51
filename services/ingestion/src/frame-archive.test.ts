import { deviceFilter } from './device-filter';
import { dueOf, hidden } from './frame-archive';

describe('when a chunk is closed', () => {
  const message = (at: number, day = '20261122', bytes = 100) => ({ at, day, bytes });
  it.each<[string, ReturnType<typeof message>[], number]>([
    ['nothing there', [], 0],
    ['few and young: it waits', [message(1_000), message(2_000)], 0],
    ['the first is old', [message(999), message(2_000)], 2],
    ['many small ones: they wait', Array.from({ length: 1_000 }, () => message(1_000)), 0],
    ['4 MB', [message(1_000, '20261122', 4 * 1024 * 1024)], 1],
    [
      'the day is over: only what is of it',
      [message(1_000), message(1_001, '20261123'), message(1_002, '20261123')],
      1,
    ],
  ])('%s', (_name, held, due) => {
    expect(dueOf(held, 1_000)).toEqual(held.slice(0, due));
  });
});

describe('whether evidence finds every frame of a chunk', () => {
  const frames = [30, 10, 20].map((receivedAt) => ({ mn: `M${receivedAt}`, receivedAt, raw: new Uint8Array() }));
  const filter = deviceFilter(frames.map(({ mn }) => mn));
  it.each<[string, Parameters<typeof hidden>[1], RegExp | undefined]>([
    ['as it was written', { filter, from: 10, to: 30 }, undefined],
    ['from before times and filter', {}, undefined],
    ['a first time too late', { filter, from: 11, to: 30 }, /11 to 30 ms and holds some of 10 to 30/],
    ['a last time too early', { filter, from: 10, to: 29 }, /10 to 29 ms/],
    [
      'a filter without a device',
      { filter: deviceFilter(['M30', 'M20']), from: 10, to: 30 },
      /not found by device M10/,
    ],
  ])('%s', (_name, signposts, flaw) => {
    const found = hidden(frames, signposts);
    if (flaw) expect(found).toMatch(flaw);
    else expect(found).toBeUndefined();
  });
});
