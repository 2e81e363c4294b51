/**
 * Industries of the demo, their outlets and the limits of their permits, from national and Zhejiang standards
 * (domain.md 9). What is written here in numbers is what the permits say.
 */

export interface LimitRule {
  factor: string;
  period: 'hour' | 'day';
  limit: number;
}

export interface OutletKind {
  medium: 'gas' | 'water';
  name: string;
  basis: string;
  /** Reference O2 in %, for gas that is judged converted to it. */
  referenceOxygen?: number;
  limits: LimitRule[];
  /** Production and treatment facility whose state the device reports (CN 2021). */
  production: string;
  treatment: string;
  /** Load that hardly changes (power, sewage), or one that follows the working day. */
  load: 'steady' | 'diurnal';
  /** Usual flow at full load: gas as m3/s at standard state and dry, water as L/s. */
  flow: [number, number];
}

export interface Industry {
  /** GB/T 4754-2017. */
  code: string;
  name: string;
  /** What the name of such a company ends with. */
  companies: string[];
  managementClass: 'key' | 'simplified';
  main: OutletKind;
  /** What a second outlet of such an enterprise is. */
  second: OutletKind;
}

const gas = (limits: Record<string, number>, period: 'hour' | 'day' = 'hour'): LimitRule[] =>
  Object.entries(limits).map(([factor, limit]) => ({ factor, period, limit }));
const water = (cod: number, ammonia: number, nitrogen: number | undefined, phosphorus: number): LimitRule[] => [
  { factor: 'w01018', period: 'day', limit: cod },
  { factor: 'w21003', period: 'day', limit: ammonia },
  ...(nitrogen === undefined ? [] : [{ factor: 'w21001', period: 'day' as const, limit: nitrogen }]),
  { factor: 'w21011', period: 'day', limit: phosphorus },
];

const coalBoiler: OutletKind = {
  medium: 'gas',
  name: '燃煤锅炉烟气排放口',
  basis: 'DB33/2147-2018 表1（超低排放）',
  referenceOxygen: 6,
  limits: gas({ a34013: 5, a21026: 35, a21002: 50 }),
  production: '燃煤锅炉',
  treatment: '脱硫塔',
  load: 'steady',
  flow: [60, 140],
};
const gasBoiler: OutletKind = {
  medium: 'gas',
  name: '燃气锅炉烟气排放口',
  basis: 'GB 13271-2014 表3（特别排放限值，燃气）',
  referenceOxygen: 3.5,
  limits: gas({ a34013: 20, a21026: 50, a21002: 150 }),
  production: '燃气锅炉',
  treatment: '低氮燃烧器',
  load: 'diurnal',
  flow: [4, 12],
};
const incinerator: OutletKind = {
  medium: 'gas',
  name: '焚烧炉烟气排放口',
  basis: 'GB 18485-2014 表4',
  referenceOxygen: 11,
  limits: [
    ...gas({ a34013: 30, a21002: 300, a21026: 100, a21024: 60, a21005: 100 }),
    ...gas({ a34013: 20, a21002: 250, a21026: 80, a21024: 50, a21005: 80 }, 'day'),
  ],
  production: '焚烧炉',
  treatment: '半干法脱酸塔',
  load: 'steady',
  flow: [25, 45],
};
const kiln: OutletKind = {
  medium: 'gas',
  name: '窑尾烟气排放口',
  basis: 'GB 4915-2013 表2（特别排放限值）',
  referenceOxygen: 10,
  limits: gas({ a34013: 20, a21026: 100, a21002: 320 }),
  production: '回转窑',
  treatment: 'SNCR 脱硝',
  load: 'steady',
  flow: [90, 160],
};
const processHeater: OutletKind = {
  medium: 'gas',
  name: '工艺加热炉烟气排放口',
  basis: 'GB 31571-2015 表5（特别排放限值）',
  referenceOxygen: 3,
  limits: gas({ a34013: 20, a21026: 50, a21002: 100 }),
  production: '工艺加热炉',
  treatment: 'SCR 脱硝',
  load: 'steady',
  flow: [10, 30],
};

const wastewater = (
  basis: string,
  limits: LimitRule[],
  flow: [number, number],
  load: OutletKind['load'],
): OutletKind => ({
  medium: 'water',
  name: '废水总排口',
  basis,
  limits,
  production: '生产线',
  treatment: '生化池鼓风机',
  load,
  flow,
});
const dyeingWater = wastewater('GB 4287-2012 表2（直接排放）', water(80, 10, 15, 0.5), [12, 60], 'diurnal');
const paperWater = wastewater(
  'GB 3544-2008 表2（制浆造纸联合外的造纸企业）',
  water(80, 8, 12, 0.8),
  [20, 90],
  'steady',
);
const generalWater = wastewater(
  'GB 8978-1996 表4 一级（磷以磷酸盐计）',
  water(100, 15, undefined, 0.5),
  [2, 18],
  'diurnal',
);
const petrochemicalWater = wastewater('GB 31571-2015 表1（直接排放）', water(60, 8, 40, 1), [15, 60], 'steady');
const starchWater = wastewater('GB 25461-2010 表2（直接排放）', water(100, 15, 30, 1), [5, 20], 'diurnal');
const sewageWater: OutletKind = {
  ...wastewater('GB 18918-2002 表1 一级 A', water(50, 5, 15, 0.5), [200, 900], 'steady'),
  name: '尾水排放口',
  production: '进水泵房',
};
const platingWater: OutletKind = {
  ...wastewater(
    'GB 21900-2008 表2',
    [
      ...water(80, 15, 20, 1),
      { factor: 'w20116', period: 'day', limit: 1 },
      { factor: 'w20121', period: 'day', limit: 0.5 },
      { factor: 'w20122', period: 'day', limit: 0.5 },
    ],
    [1, 6],
    'diurnal',
  ),
  treatment: '还原沉淀池加药泵',
};

const industry = (
  code: string,
  name: string,
  companies: string[],
  main: OutletKind,
  second: OutletKind,
  managementClass: Industry['managementClass'] = 'key',
): Industry => ({ code, name, companies, managementClass, main, second });

export const INDUSTRIES = {
  heat: industry('4412', '热电联产', ['热电有限公司', '热力有限公司'], coalBoiler, coalBoiler),
  power: industry('4411', '火力发电', ['发电有限公司'], coalBoiler, coalBoiler),
  waste: industry('4417', '生物质能发电', ['环保能源有限公司', '再生能源发电有限公司'], incinerator, incinerator),
  cement: industry('3011', '水泥制造', ['水泥有限公司', '建材有限公司'], kiln, kiln),
  dyeing: industry(
    '1713',
    '棉印染精加工',
    ['染整有限公司', '印染有限公司', '针织印染有限公司'],
    dyeingWater,
    gasBoiler,
  ),
  fibre: industry('2822', '涤纶纤维制造', ['化纤有限公司', '新材料股份有限公司'], processHeater, generalWater),
  leather: industry('1910', '皮革鞣制加工', ['皮革有限公司', '裘革有限公司'], generalWater, gasBoiler, 'simplified'),
  paper: industry('2221', '机制纸及纸板制造', ['纸业有限公司', '特种纸有限公司'], paperWater, gasBoiler),
  chemicals: industry('2614', '有机化学原料制造', ['化工有限公司', '精细化工有限公司'], generalWater, processHeater),
  petrochemicals: industry('2511', '原油加工及石油制品制造', ['石化有限公司'], processHeater, petrochemicalWater),
  pharmaceuticals: industry(
    '2710',
    '化学药品原料药制造',
    ['制药有限公司', '药业股份有限公司', '医药化工有限公司'],
    generalWater,
    gasBoiler,
  ),
  plating: industry(
    '3360',
    '金属表面处理及热处理加工',
    ['电镀有限公司', '表面处理有限公司'],
    platingWater,
    generalWater,
  ),
  sewage: industry('4620', '污水处理及其再生利用', ['污水处理有限公司', '水务有限公司'], sewageWater, sewageWater),
  starch: industry(
    '1391',
    '淀粉及淀粉制品制造',
    ['食品有限公司', '生物科技有限公司'],
    starchWater,
    gasBoiler,
    'simplified',
  ),
} satisfies Record<string, Industry>;
export type IndustryKey = keyof typeof INDUSTRIES;

/** How many of what in 200 enterprises, in the counties in focus. */
export const MIX: Record<string, Partial<Record<IndustryKey, number>>> = {
  '330483': {
    dyeing: 26,
    fibre: 13,
    leather: 7,
    heat: 5,
    sewage: 5,
    paper: 5,
    chemicals: 6,
    plating: 3,
    starch: 2,
    waste: 1,
  },
  '331002': { pharmaceuticals: 21, chemicals: 8, plating: 9, sewage: 4, heat: 2, leather: 3, starch: 3, waste: 1 },
  '330114': { dyeing: 12, chemicals: 9, paper: 7, sewage: 4, heat: 3, pharmaceuticals: 5, starch: 2 },
};

/** The rest of the province: what such places are known for. */
export const ELSEWHERE: [string, IndustryKey][] = [
  ['330206', 'power'],
  ['330211', 'petrochemicals'],
  ['330211', 'petrochemicals'],
  ['330482', 'power'],
  ['330482', 'petrochemicals'],
  ['330382', 'power'],
  ['331083', 'power'],
  ['330522', 'cement'],
  ['330522', 'cement'],
  ['330182', 'cement'],
  ['330881', 'cement'],
  ['330781', 'cement'],
  ['330603', 'dyeing'],
  ['330603', 'dyeing'],
  ['330603', 'dyeing'],
  ['330604', 'chemicals'],
  ['330604', 'pharmaceuticals'],
  ['330109', 'dyeing'],
  ['330111', 'paper'],
  ['330110', 'waste'],
  ['330481', 'leather'],
  ['330402', 'sewage'],
  ['330502', 'sewage'],
  ['330503', 'paper'],
  ['330326', 'leather'],
  ['330303', 'plating'],
  ['330783', 'pharmaceuticals'],
  ['330782', 'sewage'],
  ['330703', 'sewage'],
  ['330803', 'chemicals'],
  ['330802', 'paper'],
  ['330902', 'sewage'],
  ['330681', 'plating'],
  ['330282', 'plating'],
];

export const AUXILIARY = {
  gas: ['a19001', 'a00000', 'a01011', 'a01012', 'a01013', 'a01014'],
  water: ['w00000', 'w01001'],
} as const;

/** What a process logger measures beside the states: induced draught fan; lift pump and blower (HJ 212-2017 B.5, B.7), in A. */
export const PROCESS_FACTORS = { gas: ['g20801'], water: ['e30101', 'e30201'] } as const;
