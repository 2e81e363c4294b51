import { parseSegment } from '@greenwatch/hj212';
import { type AdmissionGate, type Decision, decide, type KnownDevice } from './admission';

const NOW = Date.UTC(2026, 10, 22, 4); // 12:00 in UTC+8
const HOUR = 3_600_000;
const device: KnownDevice = { mn: 'M1', status: 'active', password: '123456', addresses: [] };
const head = 'QN=20261122115900000;ST=32;CN=2011;PW=123456;MN=M1;Flag=5';
const good = 'DataTime=20261122115900;w01018-Rtd=12.5,w01018-Flag=N';

type Case = [
  name: string,
  segment: string,
  expected: Partial<Record<'type' | 'reason', string>> & { detail?: RegExp },
  known?: KnownDevice | null,
  admission?: 'open' | 'closed',
];

const cases: Case[] = [
  ['a realtime upload of a known device (6.6.2)', `${head};CP=&&${good}&&`, { type: 'reading' }],
  ['a reply 9014 is never answered (7)', 'QN=1;ST=91;CN=9014;PW=123456;MN=M1;Flag=5;CP=&&&&', { type: 'ignored' }],
  ['a log-in 9021 of no edition', 'QN=1;ST=91;CN=9021;PW=123456;MN=M1;Flag=5;CP=&&&&', { type: 'ignored' }],
  [
    'a power-on time 2081 holds no readings',
    'QN=1;ST=32;CN=2081;PW=123456;MN=M1;Flag=5;CP=&&DataTime=20261122115900;RestartTime=20261122115800&&',
    { type: 'other' },
  ],
  ['a notice 1013', 'QN=1;ST=32;CN=1013;PW=123456;MN=M1;Flag=5;CP=&&PolId=w01018&&', { type: 'other' }],
  [
    "a host's request",
    'QN=1;ST=32;CN=2051;PW=123456;MN=M1;Flag=5;CP=&&BeginTime=20261122000000,EndTime=20261122010000&&',
    { type: 'refused', reason: 'structure' },
  ],
  [
    'a wrong password',
    `${head.replace('123456', '654321')};CP=&&${good}&&`,
    { type: 'refused', reason: 'wrong-password', detail: /PW/ },
  ],
  [
    'no password where one is registered',
    `${head.replace('PW=123456;', '')};CP=&&${good}&&`,
    { type: 'refused', reason: 'wrong-password' },
  ],
  [
    'an unknown device while admission is closed',
    `${head};CP=&&${good}&&`,
    { type: 'refused', reason: 'unknown-device', detail: /M1/ },
    null,
  ],
  ['an unknown device while admission is open', `${head};CP=&&${good}&&`, { type: 'reading' }, null, 'open'],
  [
    'an unclaimed device while admission is closed',
    `${head};CP=&&${good}&&`,
    { type: 'refused', reason: 'unknown-device' },
    { ...device, status: 'unclaimed', password: undefined },
  ],
  [
    'a retired device, also while admission is open',
    `${head};CP=&&${good}&&`,
    { type: 'refused', reason: 'unknown-device' },
    { ...device, status: 'retired' },
    'open',
  ],
  [
    'another address than those registered',
    `${head};CP=&&${good}&&`,
    { type: 'refused', reason: 'wrong-address', detail: /127\.0\.0\.1/ },
    { ...device, addresses: ['10.0.0.9'] },
  ],
  [
    'a DataTime of the year 2039 (design 4)',
    `${head};CP=&&${good.replace('20261122115900', '20390101000000')}&&`,
    { type: 'refused', reason: 'data-time', detail: /DataTime/ },
  ],
  [
    'a DataTime 61 minutes ahead',
    `${head};CP=&&${good.replace('20261122115900', '20261122130100')}&&`,
    { type: 'refused', reason: 'data-time', detail: /61 minutes/ },
  ],
  [
    'a DataTime 60 minutes ahead',
    `${head};CP=&&${good.replace('20261122115900', '20261122130000')}&&`,
    { type: 'reading' },
  ],
  [
    'a DataTime before 2000',
    `${head};CP=&&${good.replace('20261122115900', '19991231235959')}&&`,
    { type: 'refused', reason: 'data-time' },
  ],
  ['no DataTime', `${head};CP=&&w01018-Rtd=1&&`, { type: 'refused', reason: 'data-time', detail: /DataTime/ }],
  [
    'a value of 1e308',
    `${head};CP=&&DataTime=20261122115900;w01018-Rtd=1e308&&`,
    { type: 'refused', reason: 'value', detail: /w01018-Rtd/ },
  ],
  [
    'an empty value with flag N',
    `${head};CP=&&DataTime=20261122115900;w01018-Rtd=,w01018-Flag=N&&`,
    { type: 'refused', reason: 'value', detail: /w01018-Rtd/ },
  ],
  ['a data area without values', `${head};CP=&&DataTime=20261122115900&&`, { type: 'refused', reason: 'value' }],
];

describe('decide', () => {
  it.each(cases)('%s', (...[, segment, { detail, ...expected }, known, admission = 'closed']) => {
    const decision: Decision = decide(
      parseSegment(segment),
      known === null ? undefined : (known ?? device),
      '127.0.0.1',
      NOW,
      { admission, maxAhead: HOUR },
    );
    expect(decision).toMatchObject(expected);
    if (detail) expect(decision).toMatchObject({ detail: expect.stringMatching(detail) });
  });
});

describe('what is remembered from packet to packet', () => {
  const packet = parseSegment(`${head};CP=&&${good}&&`);
  const wrong = parseSegment(`${head.replace('123456', '654321')};CP=&&${good}&&`);
  const old = { ...device, oldPasswords: [{ password: '654321', until: NOW + 1 }] };
  const gate = (more: Partial<AdmissionGate> = {}): AdmissionGate => ({
    blockedUntil: () => undefined,
    tooMany: () => false,
    usedOldPassword: () => {},
    ...more,
  });
  const judge = (
    given: Partial<AdmissionGate>,
    { of = packet, known = device, at = NOW, proven = false, limit = 600 } = {},
  ) => {
    const rules = { admission: 'closed', maxAhead: HOUR, packetsPerMinute: limit, gate: gate(given) } as const;
    return decide(of, known, '10.0.0.1', at, rules, proven);
  };

  it('a block refuses also the right password, and says for how long', () => {
    const decision = judge({ blockedUntil: () => NOW + 90_000 });
    expect(decision).toMatchObject({
      type: 'refused',
      reason: 'blocked',
      detail: expect.stringContaining('90 s more'),
    });
  });
  it('a block does not end a connection that was let in', () => {
    expect(judge({ blockedUntil: () => NOW + 90_000 }, { proven: true })).toMatchObject({ type: 'reading' });
    expect(judge({ blockedUntil: () => NOW + 90_000 }, { proven: true, of: wrong })).toMatchObject({
      reason: 'wrong-password',
    });
  });
  it('an old password is good until its time, and that it was used is told', () => {
    const used: string[] = [];
    const usedOldPassword = (mn: string) => used.push(mn);
    expect(judge({ usedOldPassword }, { of: wrong, known: old })).toMatchObject({ type: 'reading' });
    expect(judge({ usedOldPassword }, { of: packet, known: old })).toMatchObject({ type: 'reading' });
    expect(used).toEqual(['M1']);
    expect(judge({}, { of: wrong, known: old, at: NOW + 1 })).toMatchObject({ reason: 'wrong-password' });
  });
  it.each<[string, number | undefined, number, number | undefined]>([
    ['the platform’s limit', undefined, 600, 600],
    ['the device’s own before the platform’s', 30, 600, 30],
    ['no limit', undefined, 0, undefined],
  ])('too many packets a minute: %s', (_name, own, limit, expected) => {
    const asked: number[] = [];
    const known = own === undefined ? device : { ...device, packetsPerMinute: own };
    const tooMany = (_mn: string, of: number) => asked.push(of) > 0;
    const decision = judge({ tooMany }, { known, limit });
    expect(asked).toEqual(expected === undefined ? [] : [expected]);
    expect(decision).toMatchObject(expected === undefined ? { type: 'reading' } : { reason: 'too-many' });
  });
  it('a wrong password takes nothing from the allowance of the device', () => {
    expect(judge({ tooMany: () => true }, { of: wrong })).toMatchObject({ reason: 'wrong-password' });
  });
});
