import type { Duty, EnterpriseFile } from '@greenwatch/contracts';
import { fileDocument } from './file-document';
import { wordsIn } from './words';

const AT = '2026-11-22T19:00:00+08:00';
const part = (source: string, data: unknown) => ({ source, at: AT, available: true, data });
const duty = (day: number, state: Duty['state']): Partial<Duty> => ({
  kind: 'ledger',
  period: `2026-11-${String(day).padStart(2, '0')}`,
  dueAt: `2026-11-${String(day + 1).padStart(2, '0')}T23:59:59+08:00`,
  state,
});
const file = (parts: object) => ({ id: 'e1', at: AT, parts, missing: [], timeline: [] }) as unknown as EnterpriseFile;
const tableOf = (name: string, parts: object) =>
  fileDocument(file({ registry: { source: 'registry', at: AT, available: false }, ...parts }), {
    words: wordsIn('zh-CN'),
    factorName: (code) => code,
    factorUnit: (code) => (code === 'w01018' ? 'mg/L' : ''),
    divisionName: (code) => code,
    said: ({ zh }) => zh,
  }).parts.find((one) => one.name === name)?.rows;

it('counts duties that were done in time, and names those that were not', () => {
  const duties = part('permits', [duty(3, 'fulfilled'), duty(2, 'late'), duty(1, 'fulfilled')]);
  expect(tableOf('duties', { duties })).toEqual([
    ['环境管理台账', '', '2026-11-02 – 2026-11-04', '已履行 2 / 3'],
    ['环境管理台账', '2026-11-02', '2026-11-03', '逾期'],
  ]);
});

it('says of a permit in one line what is not of a limit, with the last day it is valid', () => {
  const permits = part('permits', [
    {
      ...{ number: '91350100M000100Y43001P', status: 'valid', managementClass: 'key', issuer: '嘉兴市生态环境局' },
      ...{ validFrom: '2026-01-01T00:00:00+08:00', validTo: '2031-01-01T00:00:00+08:00', limits: [] },
    },
  ]);
  expect(tableOf('permits', { permits })).toEqual([
    ['许可证编号 91350100M000100Y43001P · 2026-01-01 – 2030-12-31 · 有效 · 重点管理 · 嘉兴市生态环境局'],
  ]);
});

it('gives the newest values with their unit', () => {
  const moment = { mn: 'M1', kind: 'hour', dataTime: AT, values: { w01018: { Avg: '31.8' }, w01001: { Avg: '7.4' } } };
  expect(tableOf('latest', { latest: part('readings', [moment]) })?.map((row) => row.at(-1))).toEqual([
    '31.8 mg/L',
    '7.4',
  ]);
});
