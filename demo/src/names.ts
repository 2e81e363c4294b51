import type { Random } from './random';

const SURNAMES = [...'王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑沈钱施俞陆姚蒋范金魏陶戴夏钟汪田任姜方石谭廖邹熊'];
const GIVEN = [
  ...['建国', '志强', '海燕', '晓明', '丽华', '国平', '雪梅', '文杰', '永康', '佳怡', '俊峰', '秀英', '伟东', '春燕'],
  ...['立新', '思远', '慧敏', '卫星', '晨光', '雨欣', '浩然', '静', '磊', '敏', '勇', '洁', '涛', '燕', '军', '霞'],
  ...['明辉', '玉兰', '学文', '振宇', '小红', '一帆', '嘉豪', '梦瑶', '水根', '阿明'],
];
const BRANDS_A = [...'恒华新金永东天宏瑞盛康益德海嘉正兴泰远鸿'];
const BRANDS_B = [...'远达源成丰和利鑫荣通昌泽宇锦创润晟诚方业'];

export function personName(random: Random): string {
  return random.pick(SURNAMES) + random.pick(GIVEN);
}

/** Two characters as companies like them; all companies of the demo are made up. */
export function brandName(random: Random): string {
  return random.pick(BRANDS_A) + random.pick(BRANDS_B);
}
