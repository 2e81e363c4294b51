import { buildRequest, checkRequest, type RequestTarget } from './build-request';
import { decryptSegment } from './cipher';
import { kindOfPacket } from './commands';
import { FrameCutter } from './frame-cutter';
import { parseSegment } from './packet';
import { RequestError } from './request-error';
import { parametersOf, REQUESTS, type RequestEdition, requestsOf } from './request-table';

const QN = Date.parse('2016-08-01T08:58:57.223+08:00');
const at = (text: string) => Date.parse(`${text}+08:00`);
const T17: RequestTarget = { mn: '010000A8900016F000169DC0', st: '32', pw: '123456', edition: '2017' };
const T25: RequestTarget = { ...T17, edition: '2025' };
const T05: RequestTarget = { mn: '88888880000001', st: '32', pw: '123456', edition: '2005' };
const SURFACE: RequestTarget = { mn: 'A110000_0001', st: '21', pw: '123456', edition: 'surface-water' };

/** The plain data segment of what goes on the wire. */
function sent(target: RequestTarget, name: string, values: Record<string, unknown> = {}): string {
  const [frame, ...rest] = new FrameCutter().push(buildRequest(target, name, values, QN).frame);
  if (frame?.type !== 'frame' || rest.length > 0) throw new Error('not one good frame');
  return frame.segment.toString();
}

const HEAD17 = 'QN=20160801085857223;ST=32';
const TAIL17 = 'PW=123456;MN=010000A8900016F000169DC0;Flag=5';
const WHOLE_HOUR = { beginTime: at('2016-08-01T08:00:00'), endTime: at('2016-08-01T08:00:00') };

describe('HJ 212-2017 annex C', () => {
  test.each<[string, string, Record<string, unknown>, string, string]>([
    ['C.1', 'set-link', { overTime: 5, reCount: 3 }, '1000', 'OverTime=5;ReCount=3'],
    ['C.2', 'get-time', {}, '1011', ''],
    ['C.2 of an analyser', 'get-time', { polId: 'w01018' }, '1011', 'PolId=w01018'],
    [
      'C.3',
      'set-time',
      { polId: 'w01018', systemTime: at('2016-08-01T08:58:57') },
      '1012',
      'PolId=w01018;SystemTime=20160801085857',
    ],
    ['C.3 of the logger', 'set-time', { systemTime: at('2016-08-01T08:58:57') }, '1012', 'SystemTime=20160801085857'],
    ['C.5', 'get-realtime-interval', {}, '1061', ''],
    ['C.6', 'set-realtime-interval', { rtdInterval: 30 }, '1062', 'RtdInterval=30'],
    ['C.7', 'get-minute-interval', {}, '1063', ''],
    ['C.8', 'set-minute-interval', { minInterval: 10 }, '1064', 'MinInterval=10'],
    ['C.9', 'set-password', { newPw: '654321' }, '1072', 'NewPW=654321'],
    ['C.10', 'start-realtime', {}, '2011', ''],
    ['C.11', 'stop-realtime', {}, '2012', ''],
    ['C.12', 'start-state', {}, '2021', ''],
    ['C.13', 'stop-state', {}, '2022', ''],
    ['C.20', 'get-minutes', WHOLE_HOUR, '2051', 'BeginTime=20160801080000;EndTime=20160801080000'],
    ['C.21', 'get-hours', WHOLE_HOUR, '2061', 'BeginTime=20160801080000;EndTime=20160801080000'],
    ['C.22', 'get-days', WHOLE_HOUR, '2031', 'BeginTime=20160801080000;EndTime=20160801080000'],
    ['C.23', 'get-running', WHOLE_HOUR, '2041', 'BeginTime=20160801080000,EndTime=20160801080000'],
    ['C.30', 'calibrate', { polId: 'w01018' }, '3011', 'PolId=w01018'],
    ['C.31', 'sample', { polId: 'w01018' }, '3012', 'PolId=w01018'],
    ['C.32', 'clean', { polId: 'w01018' }, '3013', 'PolId=w01018'],
    ['C.33', 'compare', { polId: 'w01018' }, '3014', 'PolId=w01018'],
    ['C.34', 'keep-over-limit-sample', {}, '3015', ''],
    [
      'C.35',
      'set-sampling-cycle',
      { polId: 'w01018', cstartTime: '000000', cTime: 2 },
      '3016',
      'PolId=w01018;CstartTime=000000;CTime=2',
    ],
    ['C.36', 'get-sampling-cycle', { polId: 'w01018' }, '3017', 'PolId=w01018'],
    ['C.37', 'get-analysis-time', { polId: 'w01018' }, '3018', 'PolId=w01018'],
    ['C.38', 'get-identity', { polId: 'w01018' }, '3019', 'PolId=w01018'],
    [
      'C.41',
      'get-log',
      { polId: 'w01018', beginTime: at('2016-08-01T01:05:22'), endTime: at('2016-08-01T08:58:57') },
      '3020',
      'PolId=w01018;InfoId=i11001;BeginTime=20160801010522,EndTime=20160801085857',
    ],
    ['C.43', 'get-information', { polId: 'w01018', infoId: 'i12001' }, '3020', 'PolId=w01018;InfoId=i12001'],
    [
      'C.46',
      'set-parameter',
      { polId: 'w01018', infoId: 'i13004', info: '168.0' },
      '3021',
      'PolId=w01018;InfoId=i13004;i13004-Info=168.0',
    ],
  ])('%s %s', (_clause, name, values, cn, cp) => {
    expect(sent(T17, name, values)).toBe(`${HEAD17};CN=${cn};${TAIL17};CP=&&${cp}&&`);
  });
});

describe('HJ 212-2025 annex C', () => {
  test.each<[string, string, Record<string, unknown>, string]>([
    ['C.3', 'set-mn', { loggerId: '6970000000001ABCDEFG1234' }, 'ST=32;CN=1002;i23005-Info=6970000000001ABCDEFG1234'],
    ['C.39', 'get-electricity', WHOLE_HOUR, 'ST=44;CN=2011;BeginTime=20160801080000;EndTime=20160801080000'],
    ['raw data', 'get-raw', WHOLE_HOUR, 'ST=32;CN=2013;BeginTime=20160801080000;EndTime=20160801080000'],
    ['standard checks', 'get-checks', WHOLE_HOUR, 'ST=32;CN=2062;BeginTime=20160801080000;EndTime=20160801080000'],
    [
      'calibration of zero',
      'calibrate',
      { polId: 'w01018', calibrationType: 0 },
      'ST=32;CN=3011;PolId=w01018,CalibrationType=0',
    ],
    ['sample kept', 'keep-sample', { polId: 'w01018' }, 'ST=32;CN=3022;PolId=w01018'],
    ['standard check', 'check-standard', { polId: 'w01018' }, 'ST=32;CN=3024;PolId=w01018'],
  ])('%s %s', (_clause, name, values, expected) => {
    const packet = parseSegment(sent(T25, name, values));
    expect(`ST=${packet.st};CN=${packet.cn};${packet.cp}`).toBe(expected);
    expect(packet).toMatchObject({ edition: '2025', wantsAnswer: true, mn: T25.mn });
  });

  test('C.8: a new key travels encrypted with the present one, and is masked in the text', () => {
    const values = { createTime: at('2024-06-01T08:58:57.223'), key: 'abcdefghij012345' };
    const key = '0000000000000000';
    const built = buildRequest({ ...T25, key }, 'set-key', values, QN);
    const [frame] = new FrameCutter({ codecOf: () => ({ dialect: { cipher: 'sm4' }, keys: [key] }) }).push(built.frame);
    if (frame?.type !== 'frame') throw new Error('refused');
    expect(parseSegment(frame.segment).cp).toBe('SKCreateTime=20240601085857223,NewSK=abcdefghij012345');
    expect(frame.raw.includes('NewSK')).toBe(false);
    expect(decryptSegment(frame.raw.subarray(6, -6), key)).toEqual(frame.segment);
    expect(built.text).toContain('PW=******;');
    expect(built.text).toContain('CP=&&SKCreateTime=20240601085857223,NewSK=******&&');
    // The first key of all has none to travel under.
    expect(sent(T25, 'set-key', values)).toContain('NewSK=abcdefghij012345');
  });
});

describe('HJ/T 212-2005 annex C', () => {
  test.each<[string, string, Record<string, unknown>, string]>([
    ['C 1', 'set-password', { newPw: '654321' }, 'CN=1072;PW=654321'],
    ['C 12', 'get-limits', { polIds: ['101', '102'] }, 'CN=1021;PolId=101;PolId=102'],
    [
      'C 12',
      'set-limits',
      { limits: [{ polId: 'w21011', low: 1.1, up: 9.9 }] },
      'CN=1022;101-LowValue=1.1,101-UpValue=9.9',
    ],
    ['C 13', 'set-host', { target: '3882566' }, 'CN=1032;AlarmTarget=3882566'],
    ['C 16', 'set-report-time', { reportTime: '0130' }, 'CN=1042;ReportTime=0130'],
    ['C 17', 'calibrate', { polId: '101' }, 'CN=3011;PolID=101'],
    ['C 22, a factor by its code of 2017', 'sample', { polId: 'w01018' }, 'CN=3012;PolID=011'],
    ['C 23', 'set-sampling-times', { polId: '101', cTimes: ['04', '10'] }, 'CN=3014;PolID=101,CTime=04,CTime=10'],
    [
      'history, parted by a comma',
      'get-minutes',
      WHOLE_HOUR,
      'CN=2051;BeginTime=20160801080000,EndTime=20160801080000',
    ],
  ])('%s %s', (_clause, name, values, expected) => {
    const packet = parseSegment(sent(T05, name, values));
    expect(`CN=${packet.cn};${packet.cp}`).toBe(expected);
    expect(packet).toMatchObject({ edition: '2005', wantsAnswer: true, pnum: undefined });
  });
});

test('surface water: commands of its own under Flag=9', () => {
  expect(sent(SURFACE, 'get-logger-time')).toBe(
    'QN=20160801085857223;ST=21;CN=1014;PW=123456;MN=A110000_0001;Flag=9;CP=&&&&',
  );
  expect(sent(SURFACE, 'start-span-check', { polId: 'w21003' })).toContain('CN=3084;');
});

test.each<RequestEdition>(['2005', '2017', '2025', 'surface-water'])(
  'edition %s: each request is read back as one',
  (edition) => {
    const example: Record<string, unknown> = {
      ...WHOLE_HOUR,
      ...{ overTime: 5, reCount: 3, warnTime: 10, loggerId: 'A1', polId: 'w01018', polIds: ['w01018'] },
      ...{ limits: [{ polId: 'w01018', low: 0, up: 1 }], systemTime: QN, createTime: QN, key: '0123456789abcdef' },
      ...{ target: '10.0.0.1:9001', reportTime: '0000', rtdInterval: 30, minInterval: 1, newPw: 'abc123' },
      ...{ calibrationType: 1, cTimes: ['00'], cstartTime: '235959', cTime: 24, infoId: 'i13004', info: '168.0' },
    };
    const definitions = requestsOf(edition);
    expect(definitions.length).toBeGreaterThan(20);
    for (const definition of definitions) {
      const values = Object.fromEntries(parametersOf(definition, edition).map(({ name }) => [name, example[name]]));
      const packet = parseSegment(
        sent({ ...T17, edition, st: edition === 'surface-water' ? '21' : '32' }, definition.name, values),
      );
      expect(packet).toMatchObject({ cn: definition.cn, qn: '20160801085857223', wantsAnswer: true });
      expect(packet.cp).not.toMatch(/[{}[\]]|undefined/);
      // 1001 of 2005, 2012 and 2022 are notices by their command alone.
      expect([definition.name, kindOfPacket(packet)]).toEqual([definition.name, definition.kind]);
    }
  },
);

test('no two requests share a name, and each has its Chinese and English name', () => {
  expect(new Set(REQUESTS.map(({ name }) => name)).size).toBe(REQUESTS.length);
  for (const { nameZh, nameEn } of REQUESTS) expect([nameZh, nameEn]).not.toContain('');
});

describe('a dialect', () => {
  test('its CRC and its own factor codes are what goes out', () => {
    const target: RequestTarget = { ...T17, dialect: { crc: 'modbus-swapped', codes: { COD: 'w01018' } } };
    const { frame } = buildRequest(target, 'sample', { polId: 'w01018' }, QN);
    expect(new FrameCutter().push(frame)[0]).toMatchObject({ type: 'refused', reason: 'crc' });
    const cutter = new FrameCutter({ codecOf: () => ({ dialect: { crc: 'modbus-swapped' }, keys: [] }) });
    expect(cutter.push(frame)[0]).toMatchObject({ type: 'frame' });
    expect(frame.toString()).toContain('CP=&&PolId=COD&&');
  });
});

test('without a password PW is left out', () => {
  expect(sent({ ...T17, pw: undefined }, 'get-time')).toBe(`${HEAD17};CN=1011;MN=${T17.mn};Flag=5;CP=&&&&`);
});

describe('refused, and the value named', () => {
  const fails = (edition: RequestEdition, name: string, values: Record<string, unknown>) => {
    try {
      checkRequest(edition, name, values);
    } catch (error) {
      if (error instanceof RequestError) return error;
      throw error;
    }
    throw new Error('accepted');
  };
  test.each<[string, RequestEdition, string, Record<string, unknown>, string, string]>([
    ['a request there is not', '2017', 'reboot', {}, 'name', 'has no request "reboot"'],
    ['a request of another edition', '2017', 'set-key', {}, 'name', 'HJ 212 2017 has no request "set-key"'],
    ['a value missing', '2017', 'set-link', { overTime: 5 }, 'reCount', 'expected a whole number from 1 to 99'],
    ['a value too great (2017 table 4)', '2017', 'set-link', { overTime: 100, reCount: 3 }, 'overTime', '1 to 99'],
    ['no whole number', '2017', 'set-realtime-interval', { rtdInterval: 30.5 }, 'rtdInterval', '30 to 3600'],
    [
      'an interval that is none (2017 table 4)',
      '2017',
      'set-minute-interval',
      { minInterval: 7 },
      'minInterval',
      'one of 1, 2, 3',
    ],
    [
      'a value it does not take',
      '2017',
      'calibrate',
      { polId: 'w01018', calibrationType: 0 },
      'calibrationType',
      'calibrate takes polId',
    ],
    ['a code that would break the packet', '2017', 'sample', { polId: 'w01018&&' }, 'polId', 'factor code'],
    ['a time as text', '2017', 'set-time', { systemTime: '20160801085857' }, 'systemTime', 'epoch milliseconds'],
    ['a time no calendar has', '2017', 'set-time', { systemTime: Number.NaN }, 'systemTime', 'epoch milliseconds'],
    ['the end before the begin', '2017', 'get-hours', { beginTime: 2, endTime: 1 }, 'endTime', 'not before beginTime'],
    ['a password of five', '2017', 'set-password', { newPw: '12345' }, 'newPw', 'expected a text like'],
    ['a key of 15', '2025', 'set-key', { createTime: 0, key: 'x'.repeat(15) }, 'key', '16 printable ASCII'],
    [
      'a clock that does not exist',
      '2017',
      'set-sampling-cycle',
      { polId: 'w1', cstartTime: '246000', cTime: 1 },
      'cstartTime',
      'hhmmss',
    ],
    ['a list that is none', '2005', 'get-limits', { polIds: [] }, 'polIds', '1 to 50'],
    [
      'limits the wrong way round',
      '2005',
      'set-limits',
      { limits: [{ polId: 'w01018', low: 2, up: 1 }] },
      'limits',
      'low not above up',
    ],
    [
      'a parameter value that would break the packet',
      '2017',
      'set-parameter',
      { polId: 'w1', infoId: 'i13004', info: '1;2' },
      'info',
      'expected a text',
    ],
  ])('%s', (_name, edition, name, values, field, message) => {
    const error = fails(edition, name, values);
    expect(error.field).toBe(field);
    expect(error.message).toContain(message);
  });

  test('a data area over 950 bytes (2017 table 3)', () => {
    const limits = Array.from({ length: 50 }, (_, index) => ({ polId: `w${10000 + index}`, low: 1, up: 2 }));
    expect(() => buildRequest(T05, 'set-limits', { limits }, QN)).toThrow('limits: the data area has');
  });
});
