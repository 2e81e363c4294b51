import { day, examplePermit, exampleView, NOW } from './check-example';
import { validityChecks } from './check-validity';
import type { EnterpriseView } from './check-view';

const DAY = 86_400_000;
const found = (view: EnterpriseView, now = NOW) =>
  validityChecks(view, now).map(([key, { level, stage = '', clue = '' }]) =>
    [key, level, stage, clue].join(' ').trim(),
  );
const ends = (text: string) => [examplePermit({ validTo: day(text) })];
const registration = examplePermit({ managementClass: 'registration' });
const renamed = (at: number): Partial<EnterpriseView> => ({
  name: '乙公司',
  basics: [
    { sequence: 1, at: day('2023-01-01'), name: '甲公司', address: '一路1号', legalRepresentative: '张三' },
    { sequence: 2, at, name: '乙公司', address: '一路1号', legalRepresentative: '张三' },
    { sequence: 3, at: at + 5 * DAY, name: '乙公司', address: '一路1号', legalRepresentative: '张三' },
  ],
});

test.each<[string, Partial<EnterpriseView>, string[]]>([
  ['nothing to say', {}, []],
  ['P1 Code 1102: it discharges without any permit', { permits: [] }, ['P1:e1 high  visit']],
  [
    'P1: production draws power before the permit begins',
    {
      permits: [examplePermit({ validFrom: day('2026-12-01') })],
      discharges: [{ outletId: 'o1', day: day('2026-11-20'), flow: 0, productionKwh: 900, factors: [] }],
    },
    ['P1:e1 high  visit'],
  ],
  ['P1: nothing was seen: no guilt', { permits: [], discharges: [] }, []],
  ['P1: Art 24, a registration needs no permit', { permits: [], managementClass: 'registration' }, []],
  [
    'P2 Art 14: expired, and nothing discharged since',
    { permits: ends('2026-11-22'), discharges: [] },
    ['P2:e1 mid  desk'],
  ],
  ['P2: discharging after the end', { permits: ends('2026-11-01') }, ['P2:e1 high discharging visit']],
  ['P2: one that follows is in force', { permits: [...ends('2026-11-01'), examplePermit({ _id: 'p2' })] }, []],
  ['P2: closed', { permits: ends('2026-11-01'), discharges: [], status: 'closed' }, []],
  ['P3 Art 14: 59 days left', { permits: ends('2027-01-20') }, ['P3:p1 mid  desk']],
  ['P3: 61 days left', { permits: ends('2027-01-22') }, []],
  [
    'P3: applied for',
    { permits: ends('2027-01-20'), applications: [{ permitId: 'p1', kind: 'renewal', receivedAt: day('2026-11-01') }] },
    [],
  ],
  [
    'P3: a change is no renewal',
    { permits: ends('2027-01-20'), applications: [{ permitId: 'p1', kind: 'change', receivedAt: day('2026-11-01') }] },
    ['P3:p1 mid  desk'],
  ],
  [
    'P3: the next permit is there',
    {
      permits: [
        ...ends('2027-01-20'),
        examplePermit({ _id: 'p2', validFrom: day('2027-01-20'), validTo: day('2032-01-01') }),
      ],
    },
    [],
  ],
  ['P12 Art 14: renamed 31 days ago', renamed(NOW - 31 * DAY), ['P12:p1 low  desk']],
  ['P12: renamed 29 days ago', renamed(NOW - 29 * DAY), []],
  [
    'P12 Art 24: a registration has 20 days',
    { ...renamed(NOW - 21 * DAY), permits: [registration] },
    ['P12:p1 low  desk'],
  ],
  [
    'P12: a change was asked for',
    { ...renamed(NOW - 31 * DAY), applications: [{ permitId: 'p1', kind: 'change', receivedAt: NOW - 3 * DAY }] },
    [],
  ],
  [
    'P12: a change before the renaming does not count',
    { ...renamed(NOW - 31 * DAY), applications: [{ permitId: 'p1', kind: 'change', receivedAt: NOW - 60 * DAY }] },
    ['P12:p1 low  desk'],
  ],
])('%s', (_clause, change, expected) => {
  expect(found(exampleView(change))).toEqual(expected);
});

test('每条都只说疑似 or what is so: no word of forging', () => {
  const all = validityChecks(exampleView({ permits: [] }), NOW);
  expect(all.map(([, { text }]) => text).join()).not.toMatch(/造假/);
});
