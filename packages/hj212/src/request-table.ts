import type { Edition } from './packet';

/** The national protocol of surface-water stations (ST=21, Flag 8 and 9) has commands of its own beside the three editions. */
export type RequestEdition = Exclude<Edition, 'unknown'> | 'surface-water';

/**
 * What a value is. code: a factor or analyser; time: epoch ms; clock: 'hh', 'hhmm' or 'hhmmss', see `digits`; key: 16 ASCII characters;
 * codes: a list of codes; clocks: a list of hours 'hh'; limits: a list of { polId, low, up }.
 */
export type ParameterType = 'code' | 'text' | 'integer' | 'time' | 'clock' | 'key' | 'codes' | 'clocks' | 'limits';

export interface ParameterDefinition {
  nameZh: string;
  nameEn: string;
  type: ParameterType;
  min?: number;
  max?: number;
  choices?: readonly number[];
  /** Regular expression of a text. */
  pattern?: string;
  /** Of a clock: 4 or 6. Of a time: 14, or 17 with milliseconds. */
  digits?: number;
  /** Never shown or logged. */
  secret?: boolean;
}

export interface RequestParameter extends ParameterDefinition {
  name: string;
  required: boolean;
}

export interface RequestDefinition {
  name: string;
  cn: string;
  nameZh: string;
  nameEn: string;
  /** request: 9011, then data if any, then 9012. notice: 9013 alone. */
  kind: 'request' | 'notice';
  /** What comes between 9011 and 9012. one: one packet with the QN of the request. many: packets with QNs of their own. */
  data: 'none' | 'one' | 'many';
  /** Changes or operates the device; else it only reads. */
  alters: boolean;
  /** Data area by edition: `{name}` stands for a value, `[…]` is left out when its value is not given. */
  forms: Readonly<Partial<Record<RequestEdition, string>>>;
  /** System code the request is for, where it is not that of the device. */
  st?: string;
}

const code = (nameZh: string, nameEn: string): ParameterDefinition => ({ nameZh, nameEn, type: 'code' });
const integer = (nameZh: string, nameEn: string, min: number, max: number): ParameterDefinition => ({
  nameZh,
  nameEn,
  type: 'integer',
  min,
  max,
});
const time = (nameZh: string, nameEn: string, digits = 14): ParameterDefinition => ({
  nameZh,
  nameEn,
  type: 'time',
  digits,
});

/** Every value there is, by the name under which it is given (HJ 212-2017 table 4; HJ/T 212-2005 field table). */
export const PARAMETERS: Readonly<Record<string, ParameterDefinition>> = {
  overTime: integer('超时时间（秒）', 'Time-out (s)', 1, 99),
  reCount: integer('重发次数', 'Resends', 1, 99),
  warnTime: integer('超限报警时间', 'Over-limit alarm time', 1, 9999),
  loggerId: { nameZh: '数采仪硬件序号', nameEn: 'Logger serial', type: 'text', pattern: '[0-9A-Za-z]{1,32}' },
  polId: code('监测因子', 'Factor'),
  polIds: { nameZh: '监测因子', nameEn: 'Factors', type: 'codes' },
  limits: { nameZh: '报警门限', nameEn: 'Alarm limits', type: 'limits' },
  systemTime: time('系统时间', 'Time'),
  createTime: time('密钥创建时间', 'Key made at', 17),
  key: { nameZh: '新密钥', nameEn: 'New key', type: 'key', secret: true },
  target: { nameZh: '上位机地址', nameEn: 'Host address', type: 'text', pattern: '[0-9A-Za-z.:]{1,32}' },
  reportTime: { nameZh: '上报时间', nameEn: 'Report time', type: 'clock', digits: 4 },
  rtdInterval: integer('实时数据间隔（秒）', 'Realtime interval (s)', 30, 3600),
  minInterval: {
    nameZh: '分钟数据间隔（分钟）',
    nameEn: 'Minute interval (min)',
    type: 'integer',
    choices: [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30],
  },
  newPw: { nameZh: '新密码', nameEn: 'New password', type: 'text', pattern: '[0-9A-Za-z]{6}', secret: true },
  beginTime: time('开始时间', 'From'),
  endTime: time('结束时间', 'To'),
  calibrationType: { nameZh: '0 零点，1 量程', nameEn: '0 zero, 1 span', type: 'integer', choices: [0, 1] },
  cTimes: { nameZh: '采样时间（时）', nameEn: 'Sampling hours', type: 'clocks' },
  cstartTime: { nameZh: '起始时间', nameEn: 'First at', type: 'clock', digits: 6 },
  cTime: integer('采样周期（小时）', 'Every (h)', 1, 24),
  infoId: { nameZh: '信息编码', nameEn: 'Information code', type: 'text', pattern: 'i[0-9]{5}' },
  info: { nameZh: '参数值', nameEn: 'Value', type: 'text', pattern: '[^;,=&/#\\s]{1,64}' },
};

/** One form for several editions. */
function forms(editions: string, form: string): Partial<Record<RequestEdition, string>> {
  return Object.fromEntries(editions.split(' ').map((edition) => [edition, form]));
}
const ALL = '2005 2017 2025 surface-water';
const SINCE_2017 = '2017 2025';

type Row = [
  name: string,
  cn: string,
  nameZh: string,
  nameEn: string,
  traits: string,
  forms: Partial<Record<RequestEdition, string>>,
  st?: string,
];

/**
 * Every request and notice of a host. HJ/T 212-2005 6.5 and annex C; HJ 212-2017 table 9 and annex C; HJ 212-2025 annex C as far as it is
 * known second-hand; surface water from field software alone. Where sources doubt that 2025 kept a command (3014 to 3017) it is 2017's only.
 */
const ROWS: Row[] = [
  [
    'set-link',
    '1000',
    '设置超时时间及重发次数',
    'Set time-out and resends',
    'alters',
    forms(ALL, 'OverTime={overTime};ReCount={reCount}'),
  ],
  [
    'set-alarm-delay',
    '1001',
    '设置超限报警时间',
    'Set over-limit alarm time',
    'alters',
    forms('2005', 'WarnTime={warnTime}'),
  ],
  // The new MN is the MN of the head; the serial says which logger is meant (annex C.3).
  ['set-mn', '1002', '设置数采仪 MN 编码', 'Set MN', 'alters', forms('2025', 'i23005-Info={loggerId}')],
  [
    'get-time',
    '1011',
    '提取现场机时间',
    'Get time',
    'one',
    { ...forms('2005', '[PolID={polId}]'), ...forms(SINCE_2017, '[PolId={polId}]'), 'surface-water': 'PolId={polId}' },
  ],
  [
    'set-time',
    '1012',
    '设置现场机时间',
    'Set time',
    'alters',
    {
      ...forms('2005', '[PolID={polId};]SystemTime={systemTime}'),
      ...forms(SINCE_2017, '[PolId={polId};]SystemTime={systemTime}'),
      'surface-water': 'PolId={polId};SystemTime={systemTime}',
    },
  ],
  ['get-logger-time', '1014', '提取数采仪时间', "Get the logger's time", 'one', forms('surface-water', '')],
  [
    'set-logger-time',
    '1015',
    '设置数采仪时间',
    "Set the logger's time",
    'alters',
    forms('surface-water', 'SystemTime={systemTime}'),
  ],
  ['set-key', '1014', '下发新密钥', 'Set new key', 'alters', forms('2025', 'SKCreateTime={createTime},NewSK={key}')],
  ['get-limits', '1021', '提取污染物报警门限值', 'Get alarm limits', 'one', forms('2005', '{polIds}')],
  ['set-limits', '1022', '设置污染物报警门限值', 'Set alarm limits', 'alters', forms('2005', '{limits}')],
  ['get-host', '1031', '提取上位机地址', 'Get host address', 'one', forms('2005', '')],
  ['set-host', '1032', '设置上位机地址', 'Set host address', 'alters', forms('2005', 'AlarmTarget={target}')],
  ['get-report-time', '1041', '提取数据上报时间', 'Get daily report time', 'one', forms('2005', '')],
  [
    'set-report-time',
    '1042',
    '设置数据上报时间',
    'Set daily report time',
    'alters',
    forms('2005', 'ReportTime={reportTime}'),
  ],
  ['get-realtime-interval', '1061', '提取实时数据间隔', 'Get realtime interval', 'one', forms(ALL, '')],
  [
    'set-realtime-interval',
    '1062',
    '设置实时数据间隔',
    'Set realtime interval',
    'alters',
    forms(ALL, 'RtdInterval={rtdInterval}'),
  ],
  ['get-minute-interval', '1063', '提取分钟数据间隔', 'Get minute interval', 'one', forms(SINCE_2017, '')],
  [
    'set-minute-interval',
    '1064',
    '设置分钟数据间隔',
    'Set minute interval',
    'alters',
    forms(SINCE_2017, 'MinInterval={minInterval}'),
  ],
  [
    'set-password',
    '1072',
    '设置现场机访问密码',
    'Set password',
    'alters',
    { ...forms('2017 2025 surface-water', 'NewPW={newPw}'), '2005': 'PW={newPw}' },
  ],
  ['start-realtime', '2011', '取污染物实时数据', 'Start realtime upload', 'alters', forms(ALL, '')],
  [
    'get-electricity',
    '2011',
    '取用电监测历史数据',
    'Get electricity history',
    'many',
    forms('2025', 'BeginTime={beginTime};EndTime={endTime}'),
    '44',
  ],
  ['stop-realtime', '2012', '停止察看实时数据', 'Stop realtime upload', 'alters notice', forms('2005 2017 2025', '')],
  [
    'get-raw',
    '2013',
    '取原始监测数据',
    'Get raw data of periodic analysers',
    'many',
    forms('2025', 'BeginTime={beginTime};EndTime={endTime}'),
  ],
  ['start-state', '2021', '取设备运行状态数据', 'Start facility state upload', 'alters', forms('2005 2017 2025', '')],
  [
    'stop-state',
    '2022',
    '停止察看设备运行状态',
    'Stop facility state upload',
    'alters notice',
    forms('2005 2017 2025', ''),
  ],
  ['get-days', '2031', '取污染物日历史数据', 'Get daily history', 'many', history('2005 2017 2025')],
  // Both the 2017 and the 2005 example part the two times with a comma here.
  [
    'get-running',
    '2041',
    '取设备运行时间日历史数据',
    'Get facility running times',
    'many',
    forms('2005 2017 2025', 'BeginTime={beginTime},EndTime={endTime}'),
  ],
  ['get-minutes', '2051', '取污染物分钟数据', 'Get minute history', 'many', history('2005 2017 2025')],
  ['get-noise', '2052', '取噪声单次测量数据', 'Get single noise measurements', 'many', history('2025')],
  ['get-hours', '2061', '取污染物小时数据', 'Get hourly history', 'many', history(ALL)],
  ['get-checks', '2062', '取自动标样核查数据', 'Get standard checks', 'many', history('2025 surface-water')],
  ['get-recovery-tests', '2063', '取加标回收数据', 'Get recovery tests', 'many', history('surface-water')],
  ['get-parallel-tests', '2064', '取平行样数据', 'Get parallel samples', 'many', history('surface-water')],
  ['get-zero-checks', '2065', '取零点核查数据', 'Get zero checks', 'many', history('surface-water')],
  ['get-span-checks', '2066', '取跨度核查数据', 'Get span checks', 'many', history('surface-water')],
  ['get-alarms', '2071', '取污染物报警记录', 'Get alarm records', 'many', history('2005')],
  [
    'calibrate',
    '3011',
    '零点校准量程校准',
    'Calibrate',
    'alters',
    { '2005': 'PolID={polId}', '2017': 'PolId={polId}', '2025': 'PolId={polId},CalibrationType={calibrationType}' },
  ],
  ['sample', '3012', '即时采样', 'Sample now', 'alters', analyser('2005 2017 2025')],
  ['operate', '3013', '设备操作', 'Operate device', 'alters', analyser('2005')],
  ['clean', '3013', '启动清洗/反吹', 'Clean or blow back', 'alters', analyser(SINCE_2017)],
  [
    'set-sampling-times',
    '3014',
    '设置设备采样时间周期',
    'Set sampling times',
    'alters',
    forms('2005', 'PolID={polId},{cTimes}'),
  ],
  ['compare', '3014', '比对采样', 'Comparison sampling', 'alters', analyser('2017')],
  [
    'keep-over-limit-sample',
    '3015',
    '超标留样',
    'Keep an over-limit sample',
    'alters one',
    forms('2017 surface-water', ''),
  ],
  [
    'set-sampling-cycle',
    '3016',
    '设置采样时间周期',
    'Set sampling cycle',
    'alters',
    forms('2017', 'PolId={polId};CstartTime={cstartTime};CTime={cTime}'),
  ],
  ['get-sampling-cycle', '3017', '提取采样时间周期', 'Get sampling cycle', 'one', analyser('2017')],
  ['get-analysis-time', '3018', '提取出样时间', 'Get the time an analysis takes', 'one', analyser(SINCE_2017)],
  ['get-identity', '3019', '提取设备唯一标识', 'Get analyser identity', 'one', analyser(SINCE_2017)],
  [
    'get-log',
    '3020',
    '提取现场机日志',
    'Get log',
    'many',
    forms('2017 2025 surface-water', '[PolId={polId};]InfoId=i11001;BeginTime={beginTime},EndTime={endTime}'),
  ],
  [
    'get-information',
    '3020',
    '提取现场机信息',
    'Get state or parameter',
    'one',
    forms('2017 2025 surface-water', '[PolId={polId};]InfoId={infoId}'),
  ],
  [
    'set-parameter',
    '3021',
    '设置现场机参数',
    'Set a device parameter',
    'alters',
    forms('2017 2025 surface-water', 'PolId={polId};InfoId={infoId};{infoId}-Info={info}'),
  ],
  ['keep-sample', '3022', '即时留样', 'Keep a sample now', 'alters', analyser('2025')],
  ['check-standard', '3024', '启动标样核查', 'Start a standard check', 'alters', analyser('2025')],
  ['restart', '3043', '远程重启数采仪', 'Restart the logger', 'alters', forms('surface-water', '')],
  ['measure', '3044', '启动单次水样测试', 'Measure once', 'alters', forms('surface-water', '')],
  ['stop', '3045', '紧急停机', 'Emergency stop', 'alters', forms('surface-water', '')],
  ['idle', '3046', '进入待机状态', 'Go idle', 'alters', forms('surface-water', '')],
  ['start-standard-check', '3080', '启动标液核查', 'Start a standard check', 'alters', analyser('surface-water')],
  ['start-recovery-test', '3081', '启动加标回收', 'Start a recovery test', 'alters', analyser('surface-water')],
  ['start-parallel-test', '3082', '启动平行样测试', 'Start a parallel sample', 'alters', analyser('surface-water')],
  ['start-zero-check', '3083', '启动零点核查', 'Start a zero check', 'alters', analyser('surface-water')],
  ['start-span-check', '3084', '启动跨度核查', 'Start a span check', 'alters', analyser('surface-water')],
  ['calibrate-blank', '3085', '启动空白校准', 'Calibrate with blank', 'alters', analyser('surface-water')],
  ['calibrate-standard', '3086', '启动标样校准', 'Calibrate with standard', 'alters', analyser('surface-water')],
  ['stop-analyser', '3100', '停止仪器当前动作', "Stop the analyser's action", 'alters', analyser('surface-water')],
];

/** Begin and end of the periods wanted: parted by a comma in 2005, by a semicolon since. */
function history(editions: string): Partial<Record<RequestEdition, string>> {
  const since = forms(editions, 'BeginTime={beginTime};EndTime={endTime}');
  return '2005' in since ? { ...since, '2005': 'BeginTime={beginTime},EndTime={endTime}' } : since;
}

/** A request to one analyser. 2005 spells PolID. */
function analyser(editions: string): Partial<Record<RequestEdition, string>> {
  const since = forms(editions, 'PolId={polId}');
  return '2005' in since ? { ...since, '2005': 'PolID={polId}' } : since;
}

export const REQUESTS: readonly RequestDefinition[] = ROWS.map(([name, cn, nameZh, nameEn, traits, byEdition, st]) => ({
  name,
  cn,
  nameZh,
  nameEn,
  kind: traits.includes('notice') ? 'notice' : 'request',
  data: traits.includes('one') ? 'one' : traits.includes('many') ? 'many' : 'none',
  alters: traits.includes('alters'),
  forms: byEdition,
  ...(st ? { st } : {}),
}));

const BY_NAME = new Map(REQUESTS.map((definition) => [definition.name, definition]));

export function requestDefinition(name: string): RequestDefinition | undefined {
  return BY_NAME.get(name);
}

/** What a host may ask of a device of this edition. */
export function requestsOf(edition: RequestEdition): RequestDefinition[] {
  return REQUESTS.filter((definition) => definition.forms[edition] !== undefined);
}

/** The values a request takes in an edition, in the order in which they are written. Empty when the edition has no such request. */
export function parametersOf(definition: RequestDefinition, edition: RequestEdition): RequestParameter[] {
  const form = definition.forms[edition] ?? '';
  const optional = (form.match(/\[.*?\]/g) ?? []).join('');
  const names = new Set([...form.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string));
  return [...names].map((name) => ({
    name,
    required: !optional.includes(`{${name}}`),
    ...(PARAMETERS[name] as ParameterDefinition),
  }));
}
