import { decodeFields } from '@greenwatch/hj212';
import fc from 'fast-check';
import { type MergedMoment, mergePackets, newestValues, type OrderedPacket } from './merge';

const T = Date.UTC(2026, 7, 14, 2);
/** [received after T in s, sequence, fields, data time after T in s] */
type Sent = [received: number, sequence: number, fields: string, dataTime?: number];
const packets = (sent: Sent[]): OrderedPacket[] =>
  sent.map(([received, sequence, fields, dataTime = 0]) => ({
    receivedAt: T + received * 1_000,
    sequence,
    fields,
    dataTime: T + dataTime * 1_000,
  }));
/** `received/revisions: factor=value<value before…` */
const show = (moment: MergedMoment | undefined) =>
  moment &&
  `${(moment.receivedAt - T) / 1_000}/${moment.revisions}: ${[...moment.factors]
    .map(([factor, values]) => {
      const texts = values.map(({ reading }) => reading.fields.map(([name, text]) => `${name}=${text}`).join(','));
      return `${factor} ${texts.toReversed().join(' < ')}`;
    })
    .join('; ')}`;

test.each<[string, Sent[], string]>([
  ['one packet is one moment', [[1, 1, 'a-Rtd=1,a-Flag=N;b-Rtd=2']], '1/0: a Rtd=1,Flag=N; b Rtd=2'],
  [
    'a packet adds factors to its moment',
    [
      [1, 1, 'a-Rtd=1'],
      [2, 2, 'b-Rtd=2'],
    ],
    '2/0: a Rtd=1; b Rtd=2',
  ],
  [
    'packets split within a factor merge',
    [
      [1, 1, 'a-Rtd=1'],
      [2, 2, 'a-ZsRtd=3,a-Flag=N'],
    ],
    '2/0: a Rtd=1,ZsRtd=3,Flag=N',
  ],
  [
    'the same value again changes nothing',
    [
      [1, 1, 'a-Rtd=1'],
      [9, 2, 'a-Rtd=1'],
    ],
    '1/0: a Rtd=1',
  ],
  [
    'the same values in another order change nothing',
    [
      [1, 1, 'a-Rtd=1,a-Flag=N;b-Rtd=2'],
      [9, 2, 'b-Rtd=2;a-Flag=N,a-Rtd=1'],
    ],
    '1/0: a Rtd=1,Flag=N; b Rtd=2',
  ],
  [
    'a part of the same value again changes nothing',
    [
      [1, 1, 'a-Rtd=1,a-Flag=N'],
      [9, 2, 'a-Rtd=1'],
    ],
    '1/0: a Rtd=1,Flag=N',
  ],
  [
    'another value is a revision: the newest counts, the other is kept',
    [
      [1, 1, 'a-Rtd=1'],
      [5, 2, 'a-Rtd=2'],
    ],
    '5/1: a Rtd=2 < Rtd=1',
  ],
  [
    'a revision replaces the value whole: no flag of another value',
    [
      [1, 1, 'a-Rtd=1,a-Flag=D'],
      [5, 2, 'a-Rtd=2'],
    ],
    '5/1: a Rtd=2 < Rtd=1,Flag=D',
  ],
  [
    'another flag is another value',
    [
      [1, 1, 'a-Rtd=1,a-Flag=N'],
      [5, 2, 'a-Rtd=1,a-Flag=M'],
    ],
    '5/1: a Rtd=1,Flag=M < Rtd=1,Flag=N',
  ],
  [
    'the text is evidence: 12.30 after 12.3 is a revision',
    [
      [1, 1, 'a-Rtd=12.3'],
      [5, 2, 'a-Rtd=12.30'],
    ],
    '5/1: a Rtd=12.30 < Rtd=12.3',
  ],
  [
    'a value that returns is two revisions',
    [
      [1, 1, 'a-Rtd=1'],
      [2, 2, 'a-Rtd=2'],
      [3, 3, 'a-Rtd=1'],
    ],
    '3/2: a Rtd=1 < Rtd=2 < Rtd=1',
  ],
  [
    'a revision of one factor leaves the others',
    [
      [1, 1, 'a-Rtd=1;b-Rtd=2'],
      [5, 2, 'b-Rtd=3'],
    ],
    '5/1: a Rtd=1; b Rtd=3 < Rtd=2',
  ],
  [
    'order is reception, not storage',
    [
      [5, 9, 'a-Rtd=2'],
      [1, 10, 'a-Rtd=1'],
    ],
    '5/1: a Rtd=2 < Rtd=1',
  ],
  [
    'order within one millisecond is that of the log',
    [
      [1, 8, 'a-Rtd=2'],
      [1, 7, 'a-Rtd=1'],
    ],
    '1/1: a Rtd=2 < Rtd=1',
  ],
  [
    'order within one message is its own',
    [
      [1, 7, 'a-Rtd=1'],
      [1, 7, 'a-Rtd=2'],
    ],
    '1/1: a Rtd=2 < Rtd=1',
  ],
  [
    'stored twice after a lost answer changes nothing',
    [
      [1, 7, 'a-Rtd=1'],
      [2, 8, 'a-Rtd=2'],
      [1, 7, 'a-Rtd=1'],
      [2, 8, 'a-Rtd=2'],
    ],
    '2/1: a Rtd=2 < Rtd=1',
  ],
  [
    'sent under the 2005 code and again under the new one is a revision',
    [
      [1, 1, 'a-@=B01,a-Rtd=1'],
      [2, 2, 'a-Rtd=1'],
    ],
    '2/1: a Rtd=1 < Rtd=1',
  ],
])('design.md 4, identity of a reading: %s', (_name, sent, expected) => {
  expect([...mergePackets(packets(sent))].map(show)).toEqual([expected]);
});

test('design.md 4, late data: moments come in the order of their data times, whenever they were received', () => {
  const merged = [
    ...mergePackets(
      packets([
        [1, 1, 'a-Rtd=3', 120],
        [2, 2, 'a-Rtd=1', -60],
        [3, 3, 'a-Rtd=2', 60],
      ]),
    ),
  ];
  expect(merged.map((moment) => [(moment.dataTime - T) / 1_000, show(moment)])).toEqual([
    [-60, '2/0: a Rtd=1'],
    [60, '3/0: a Rtd=2'],
    [120, '1/0: a Rtd=3'],
  ]);
});

test('design.md 4, nothing counts twice: storing any packets again, anywhere, changes no moment', () => {
  const anyPacket = fc.record({
    dataTime: fc.integer({ min: 0, max: 2 }),
    receivedAt: fc.integer({ min: 0, max: 9 }),
    sequence: fc.nat(20),
    fields: fc.constantFrom('a-Rtd=1', 'a-Rtd=2', 'a-Rtd=1,a-Flag=N', 'b-Rtd=1', 'a-Rtd=2;b-Rtd=1'),
  });
  // A log message has one sequence and one place in it: two packets of one sequence would have an order of their own.
  const log = fc.uniqueArray(anyPacket, {
    selector: (packet) => packet.sequence,
    maxLength: 12,
  });
  fc.assert(
    fc.property(log, fc.func(fc.boolean()), (sent, again) => {
      const once = [...mergePackets(sent)];
      const twice = [...mergePackets([...sent.filter((packet) => again(packet)), ...sent].toReversed())];
      expect(twice).toEqual(once);
    }),
  );
});

test('the newest values are those of the factors as a packet would carry them', () => {
  const [moment] = mergePackets(
    packets([
      [1, 1, 'a-Rtd=1,a-Flag=N;b-Rtd=2'],
      [5, 2, 'a-Rtd=7,a-Flag=N'],
    ]),
  );
  expect(moment && newestValues(moment)).toEqual(decodeFields('a-Rtd=7,a-Flag=N;b-Rtd=2'));
});
