import fc from 'fast-check';
import { mergePackets, newestValues, type OrderedPacket } from './merge';
import { newestMoment, newestOf, showMoment, toMoment } from './moments';

const value = fc.constantFrom('a-Avg=1', 'a-Avg=2', 'a-Flag=N', 'a-Flag=D', 'b-Avg=1', 'a-@=02', 'b-Cou=3');
const packet = fc.record({
  receivedAt: fc.integer({ min: 0, max: 3 }),
  sequence: fc.integer({ min: 1, max: 3 }),
  fields: fc.array(value, { maxLength: 6 }).map((items) => items.join(',')),
});

test('the newest values of a moment are those of its merge, also where nothing has to be merged', () => {
  fc.assert(
    fc.property(fc.array(packet, { minLength: 1, maxLength: 4 }), (some) => {
      const packets = some.map((one): OrderedPacket => ({ ...one, dataTime: 60_000 }));
      expect(newestOf(packets)).toEqual([...mergePackets(packets)].flatMap(newestValues));
    }),
  );
});

test('the newest moment is shown as the last one of its merge', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(packet, fc.constantFrom(60_000, 120_000)), { minLength: 1, maxLength: 4 }),
      (some) => {
        const packets = some.map(([one, dataTime]): OrderedPacket => ({ ...one, dataTime }));
        const last = [...mergePackets(packets)].at(-1);
        const newest = newestMoment(packets);
        if (!last || !newest) throw new Error('there is one');
        const mn = '62123456789012345678901A';
        expect(showMoment(mn, 1, newest)).toEqual(toMoment({ ...last, mn, kind: 1 }));
      },
    ),
  );
  expect(newestMoment([])).toBeUndefined();
});
