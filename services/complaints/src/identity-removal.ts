/** Stands where something about a person was. */
export const REMOVED = '[已隐去]';

/** Digits people write with spaces or hyphens between them, in Chinese width too. */
const GAP = '[\\s\\-－—]?';
const digits = (pattern: string[]) => pattern.join(GAP);

const LETTER = '[\\p{Script=Han}A-Za-z·]';
/** Family names that a title follows: the commonest, and those of two characters. */
const FAMILY =
  '(?:欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|令狐|慕容|[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文俞葛章])';

/**
 * Ways in which a person is named or can be reached; the first group, where there is one, stays. Numbers go before names,
 * so that `联系人张三13800001234` loses both.
 */
const RULES: [RegExp, string][] = [
  // E-mail; before numbers, which a mailbox may consist of.
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, REMOVED],
  // Resident identity number, 18 or (old) 15 digits (domain.md 8.3).
  [new RegExp(`(?<!\\d)[1-9]\\d{5}${GAP}(?:19|20)\\d{2}${GAP}\\d{4}${GAP}\\d{3}[\\dXx](?!\\d)`, 'g'), REMOVED],
  [/(?<!\d)[1-9]\d{14}(?!\d)/g, REMOVED],
  // Mobile number (domain.md 8.3), also with the country's code.
  [
    new RegExp(
      `(?<!\\d)(?:(?:\\+|00)?86${GAP})?${digits(['1', '[3-9]', ...Array.from({ length: 9 }, () => '\\d')])}(?!\\d)`,
      'g',
    ),
    REMOVED,
  ],
  // Landline with area code, or behind the word for a telephone.
  [/(?<!\d)[(（]?0\d{2,3}[)）]?[\s\-－—]?\d{7,8}(?:[\s\-－—转]\d{1,6})?(?!\d)/g, REMOVED],
  [/((?:电话|座机|手机|联系方式|tel|phone)(?:号码|号)?(?:是|为)?[:：\s]{0,3})\d{7,8}(?!\d)/giu, `$1${REMOVED}`],
  // WeChat and QQ.
  [/((?:微信|wechat|vx|qq)(?:号码|号)?(?:是|为)?[:：\s]{0,3})[A-Za-z0-9_-]{5,20}/giu, `$1${REMOVED}`],
  // 联系人张三, 举报人：李四, 姓名 王五.
  [
    new RegExp(
      `((?:联系人|投诉人|举报人|反映人|报料人|姓名|本人姓名)(?:是|为|叫)?[:：\\s]{0,3})(?:${LETTER}{2,20}?)(?=$|[^\\p{Script=Han}A-Za-z·]|联系|电话|手机|住|家|的|反映|举报|投诉|要求|说|称|在)`,
      'giu',
    ),
    `$1${REMOVED}`,
  ],
  // 我叫张三, 本人系王五: behind them a name of two to four characters; longer ones are sentences.
  [
    new RegExp(
      `((?:我叫|我名叫|我的名字(?:是|叫)|本人(?:系|叫|名叫|姓名))[:：\\s]{0,3})${LETTER}{2,4}?(?=$|[^\\p{Script=Han}A-Za-z·]|住|家|是|在|要|反映|举报|投诉|电话|手机|联系)`,
      'giu',
    ),
    `$1${REMOVED}`,
  ],
  // 张先生, 李阿姨.
  [new RegExp(`${FAMILY}(?=(?:某|某某)?(?:先生|女士|小姐|阿姨|师傅|大爷|大妈|奶奶|爷爷))`, 'gu'), REMOVED],
  [/((?:my name is|contact(?: person)?:?)\s+)[A-Z][\p{L}'-]*(?:\s+[A-Z][\p{L}'-]*){0,2}/giu, `$1${REMOVED}`],
  [/\b(?:Mr|Mrs|Ms|Miss)\.?\s+[A-Z][\p{L}'-]*/gu, REMOVED],
];

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * A text as it may be shown to others than those who may know the reporter (domain.md 6): without names, telephone and
 * identity numbers, addresses of mail and messengers. It removes rather too much than too little.
 * @param known what the reporter said of himself beside the text (name, phone, address): removed wherever it occurs
 */
export function withoutIdentity(text: string, known: readonly (string | undefined)[] = []): string {
  // Digits in Chinese width, and characters of no width between them, hide nothing.
  let rest = text
    .replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))
    .replace(/[\u200b-\u200d\u2060\ufeff]/gu, '');
  for (const word of known) {
    const trimmed = word?.trim();
    // One character would take half of a text with it.
    if (trimmed && [...trimmed].length > 1) rest = rest.replace(new RegExp(escaped(trimmed), 'giu'), REMOVED);
  }
  for (const [pattern, instead] of RULES) rest = rest.replace(pattern, instead);
  return rest.replaceAll(new RegExp(`${escaped(REMOVED)}(?:\\s*${escaped(REMOVED)})+`, 'g'), REMOVED);
}
