import { coverageChecks } from './check-coverage';
import { day, examplePermit, exampleView, NOW } from './check-example';
import type { EnterpriseView } from './check-view';

const found = (change: Partial<EnterpriseView>) =>
  coverageChecks(exampleView(change), NOW).map(([key, { stage = '', clue = '' }]) =>
    [key, stage, clue].join(' ').trim(),
  );
const [first] = exampleView().outlets;
const o1 = first as EnterpriseView['outlets'][number];
const o2 = { ...o1, _id: 'o2', code: 'DA002', factors: [] };

test.each<[string, Partial<EnterpriseView>, string[]]>([
  ['nothing to say: oxygen and flow are no pollutants', {}, []],
  ['P4 Art 15: an outlet that the permit does not list', { outlets: [o1, o2] }, ['P4:e1:o2  visit', 'P13:e1  desk']],
  ['P4: listed by its code under another id', { outlets: [{ ...o1, _id: 'new' }] }, []],
  ['P4: without any permit there is nothing to compare with', { permits: [], outlets: [o1, o2] }, []],
  [
    'P4: a permit that lists nothing says nothing',
    { permits: [examplePermit({ outlets: [], limits: [] })], outlets: [o2] },
    [],
  ],
  [
    'P4: moved by more than 300 m',
    {
      permits: [
        examplePermit({ outlets: [{ outletId: 'o1', code: 'DA001', factors: ['a21026'], lon: 120.01, lat: 30 }] }),
      ],
    },
    ['P4:e1:o1:moved moved visit'],
  ],
  [
    'P5 Code 1103: a pollutant measured that the permit does not name',
    { outlets: [{ ...o1, factors: ['a21026', 'a21002'] }] },
    ['P5:e1:o1:a21002 pollutant desk', 'P13:e1  desk'],
  ],
  [
    'P5: seen in a day total',
    { discharges: [{ outletId: 'o1', day: day('2026-11-21'), flow: 1, productionKwh: 0, factors: ['a20057'] }] },
    ['P5:e1:o1:a20057 pollutant desk', 'P13:e1  desk'],
  ],
  [
    'P5: a limit is exceeded; the alarm makes the clue',
    {
      exceedances: [
        { alarmId: 'a1', outletId: 'o1', factor: 'a21026', startedAt: NOW, value: '50', limit: 35, unit: 'mg/m3' },
        { alarmId: 'a2', outletId: 'o1', factor: 'a21026', startedAt: NOW, value: '60', limit: 35, unit: 'mg/m3' },
      ],
    },
    ['P5:e1:o1:a21026:limit limit'],
  ],
  ['P10 Art 20: key-managed and no device', { devices: [] }, ['P10:e1  desk']],
  [
    'P10: entered today, its devices come next',
    {
      devices: [],
      basics: [{ ...(exampleView().basics[0] as EnterpriseView['basics'][number]), at: NOW - 3_600_000 }],
    },
    [],
  ],
  ['P10: simplified management', { devices: [], permits: [examplePermit({ managementClass: 'simplified' })] }, []],
  ['P10: closed', { devices: [], status: 'closed' }, []],
  [
    'P13 Art 15: applied anew',
    {
      outlets: [o1, o2],
      applications: [{ permitId: 'p1', kind: 're-application', receivedAt: day('2026-10-01') }],
    },
    ['P4:e1:o2  visit'],
  ],
])('%s', (_clause, change, expected) => {
  expect(found(change)).toEqual(expected);
});
