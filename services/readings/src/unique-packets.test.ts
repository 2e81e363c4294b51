import type { OrderedPacket } from './merge';
import { uniquePackets } from './unique-packets';

/** `fields@reception.sequence` */
const packets = (texts: string): OrderedPacket[] =>
  texts
    .split(' ')
    .filter(Boolean)
    .map((text) => {
      const [, fields = '', receivedAt, sequence] = /^(\w+)@(\d+)\.(\d+)$/.exec(text) ?? [];
      return { dataTime: 1, receivedAt: Number(receivedAt), sequence: Number(sequence), fields };
    });
const show = (found: OrderedPacket[]) =>
  found.map(({ fields, receivedAt, sequence }) => `${fields}@${receivedAt}.${sequence}`).join(' ');

test.each<[string, string[], string]>([
  ['nothing', [], ''],
  ['one place is as it is', ['A@1.7 B@1.7 A@1.7'], 'A@1.7 B@1.7 A@1.7'],
  ['stored in two documents after a redelivery', ['A@1.7 B@1.7', 'A@1.7 B@1.7'], 'A@1.7 B@1.7'],
  ['regrouped by a redelivery', ['A@1.7 B@2.8', 'B@2.8 C@3.9'], 'A@1.7 B@2.8 C@3.9'],
  ['regrouped under the sequence of another message', ['A@1.7 B@2.7', 'B@2.8 C@3.8'], 'A@1.7 B@2.7 C@3.8'],
  ['packed and not yet taken away', ['A@1.0 B@2.0', 'A@1.7 B@2.8 C@3.9'], 'A@1.0 B@2.0 C@3.9'],
  ['packed, where the sequence decides', ['A@1.7 B@1.7 A@1.7', 'A@1.7 B@1.7 A@1.7'], 'A@1.7 B@1.7 A@1.7'],
  ['received at another time', ['A@1.0', 'A@2.7'], 'A@1.0 A@2.7'],
])('design.md 4, nothing counts twice: %s', (_name, places, expected) => {
  expect(show(uniquePackets(places.map(packets)))).toBe(expected);
});
