import type { Act, PenaltyKind, Severity } from '@greenwatch/contracts';
import { invalid } from '@greenwatch/kit';

/** Yuan. */
export interface FineRange {
  min: number;
  max: number;
}

/** Instrument and article a decision may rest on; law changes, so it is data (domain.md 0). */
export interface Basis {
  id: string;
  /** Bases of one line follow each other: the older was replaced by the newer. */
  line: string;
  title: string;
  article: string;
  text: string;
  /** First day in force and first day not in force any more, UTC+8. */
  validFrom: string;
  validTo?: string;
  /** Absent: no range in yuan (a share of the investment, or not known). */
  fine?: FineRange;
  /** Where this was taken from, and how sure it is: C certain, L likely, U unsure (domain.md). */
  source: string;
  confidence: 'C' | 'L' | 'U';
}

export interface ActEntry {
  act: Act;
  name: string;
  severity: Severity;
  bases: readonly Basis[];
}

const CODE = '生态环境法典';
const CODE_FROM = '2026-08-15';
const PERMIT_RULES = '排污许可管理条例（国务院令第736号）';
const PERMIT_RULES_FROM = '2021-03-01';
const wan = (n: number) => n * 10_000;
const of = (min: number, max: number): FineRange => ({ min: wan(min), max: wan(max) });

type Former = Pick<Basis, 'id' | 'title' | 'article' | 'validFrom' | 'source' | 'confidence'> & { fine?: FineRange };
/** An article of the Code (in force from 2026-08-15) and what it replaced. */
function line(
  name: string,
  text: string,
  article: string,
  fine: FineRange | undefined,
  source: string,
  confidence: Basis['confidence'],
  ...former: Former[]
): Basis[] {
  const code = article.replace(/\D/g, '');
  return [
    ...former.map((basis) => ({ line: name, text, validTo: CODE_FROM, ...basis })),
    {
      id: `code-${code}${name.includes('.') ? `.${name.split('.')[1]}` : ''}`,
      line: name,
      title: CODE,
      article,
      text,
      validFrom: CODE_FROM,
      ...(fine && { fine }),
      source,
      confidence,
    },
  ];
}

/**
 * The catalogue of acts with what a decision may cite by date. Amounts marked [L] or [U] in `confidence` have to be
 * confirmed by the legal department before they are cited: the catalogue is data, the rule beside it is not.
 */
export const ACT_CATALOGUE: readonly ActEntry[] = [
  {
    act: 'falsified-monitoring',
    name: '篡改、伪造监测数据或干扰自动监测设施',
    severity: 'serious',
    bases: line(
      'falsified-monitoring',
      '通过篡改、伪造监测数据等逃避监管的方式排放污染物',
      '第1088条',
      of(10, 100),
      'domain.md 1.11: Code Art 1088',
      'L',
      {
        id: 'air-99-3',
        title: '大气污染防治法',
        article: '第99条第3项',
        validFrom: '2016-01-01',
        fine: of(10, 100),
        source: '大气污染防治法 2015 Art 99, from memory',
        confidence: 'L',
      },
    ),
  },
  {
    act: 'exceedance',
    name: '超过许可排放浓度或排放标准排放污染物',
    severity: 'general',
    bases: line(
      'exceedance',
      '超过许可排放浓度排放污染物',
      '第1103条',
      of(10, 100),
      'domain.md 3.5 P5: Code 1103',
      'L',
      {
        id: 'permit-34-1',
        title: PERMIT_RULES,
        article: '第34条第1项',
        validFrom: PERMIT_RULES_FROM,
        fine: of(20, 100),
        source: '排污许可管理条例 Art 34, from memory',
        confidence: 'L',
      },
    ),
  },
  {
    act: 'no-permit',
    name: '未取得排污许可证排放污染物',
    severity: 'serious',
    bases: line(
      'no-permit',
      '未取得排污许可证排放污染物',
      '第1102条',
      of(20, 100),
      'domain.md 3.5 P1: Code 1102',
      'L',
      {
        id: 'permit-33',
        title: PERMIT_RULES,
        article: '第33条',
        validFrom: PERMIT_RULES_FROM,
        fine: of(20, 100),
        source: '排污许可管理条例 Art 33, from memory',
        confidence: 'L',
      },
    ),
  },
  {
    act: 'over-quota',
    name: '超过许可排放量排放污染物',
    severity: 'general',
    bases: line('over-quota', '超过许可排放量排放污染物', '第1103条', of(10, 100), 'domain.md 3.5 P6: Code 1103', 'L', {
      id: 'permit-34-1-quota',
      title: PERMIT_RULES,
      article: '第34条第1项',
      validFrom: PERMIT_RULES_FROM,
      fine: of(20, 100),
      source: '排污许可管理条例 Art 34, from memory',
      confidence: 'L',
    }).map((basis) => (basis.title === CODE ? { ...basis, id: 'code-1103-quota' } : basis)),
  },
  {
    act: 'built-without-approval',
    name: '环境影响评价文件未经批准擅自开工建设',
    severity: 'serious',
    bases: [
      ...line('built.report', '环境影响报告书未经批准擅自开工建设', '第1095条', of(20, 100), 'domain.md 3.6', 'L', {
        id: 'eia-31.report',
        title: '环境影响评价法',
        article: '第31条',
        validFrom: '2016-09-01',
        source: '环境影响评价法 2016 Art 31: 1 % to 5 % of the total investment, no range in yuan',
        confidence: 'C',
      }),
      ...line('built.form', '环境影响报告表未经批准擅自开工建设', '第1095条', of(10, 50), 'domain.md 3.6', 'L', {
        id: 'eia-31.form',
        title: '环境影响评价法',
        article: '第31条',
        validFrom: '2016-09-01',
        source: '环境影响评价法 2016 Art 31: 1 % to 5 % of the total investment, no range in yuan',
        confidence: 'C',
      }),
    ],
  },
  {
    act: 'operated-without-acceptance',
    name: '环境保护设施未经验收即投入生产',
    severity: 'serious',
    bases: line(
      'operated',
      '需要配套建设的环境保护设施未建成、未经验收或者验收不合格，建设项目即投入生产',
      '第1100条',
      of(20, 100),
      'domain.md 3.6: Code 1100',
      'L',
      {
        id: 'project-23',
        title: '建设项目环境保护管理条例（国务院令第682号）',
        article: '第23条',
        validFrom: '2017-10-01',
        fine: of(20, 100),
        source: '建设项目环境保护管理条例 2017 Art 23',
        confidence: 'C',
      },
    ),
  },
  {
    act: 'report-late',
    name: '未按规定提交排污许可证执行报告',
    severity: 'light',
    bases: [
      {
        id: 'permit-37',
        line: 'report-late',
        title: PERMIT_RULES,
        article: '第37条',
        text: '未按照排污许可证规定提交执行报告或者执行报告内容不全',
        validFrom: PERMIT_RULES_FROM,
        fine: { min: 5_000, max: 20_000 },
        // Whether it was changed after the Code came into force has to be looked at again (domain.md 0 [U]).
        source: 'domain.md 3.4: 条例 Art 37',
        confidence: 'C',
      },
    ],
  },
  {
    act: 'no-automatic-monitoring',
    name: '未按规定安装、使用自动监测设备或未联网',
    severity: 'general',
    bases: line(
      'no-monitoring',
      '未按照规定安装、使用自动监测设备，或者未与监控设备联网并保证正常运行',
      '第1086条',
      of(2, 20),
      'domain.md 1.11: Code 1086',
      'L',
      {
        id: 'permit-36-5',
        title: PERMIT_RULES,
        article: '第36条第5项',
        validFrom: PERMIT_RULES_FROM,
        fine: of(2, 20),
        source: '排污许可管理条例 Art 36, from memory',
        confidence: 'L',
      },
    ),
  },
  {
    act: 'evading-supervision',
    name: '以逃避监管的方式排放污染物',
    severity: 'serious',
    bases: line(
      'evading',
      '通过暗管、渗井、不正常运行防治设施等逃避监管的方式排放污染物',
      '第1108条',
      of(10, 100),
      'domain.md 1.11: Code 1108, with stop of production and detention',
      'L',
      {
        id: 'permit-34-2',
        title: PERMIT_RULES,
        article: '第34条第2项',
        validFrom: PERMIT_RULES_FROM,
        fine: of(20, 100),
        source: '排污许可管理条例 Art 34, from memory',
        confidence: 'L',
      },
    ),
  },
  {
    act: 'other',
    name: '其他违法行为',
    severity: 'general',
    bases: [
      {
        id: 'other',
        line: 'other',
        title: '其他法律法规',
        article: '见决定书',
        text: '决定书中载明的法律依据',
        validFrom: '2021-07-15',
        source: '行政处罚法 Art 59: the decision names its basis',
        confidence: 'C',
      },
    ],
  },
];

/** Start of a day in UTC+8, epoch ms. */
export const dayOf = (date: string): number => Date.parse(`${date}T00:00:00+08:00`);
const inForce = (basis: Basis, at: number) =>
  dayOf(basis.validFrom) <= at && (basis.validTo === undefined || at < dayOf(basis.validTo));

const isLighter = (a: FineRange, b: FineRange) => a.max < b.max || (a.max === b.max && a.min < b.min);

export function entryOf(act: Act): ActEntry {
  const entry = ACT_CATALOGUE.find((candidate) => candidate.act === act);
  if (!entry) throw new Error(`the catalogue has no act "${act}"`);
  return entry;
}

/**
 * What a decision of `decidedAt` about an act of `actAt` may cite: of each line what was in force on the day of the act,
 * or what is in force now where that is lighter (从旧兼从轻, 行政处罚法 Art 37; Code Art 1057). Nothing for an act that no
 * law of its day forbade. Where a range cannot be compared in yuan, the older stays.
 * @param actAt epoch ms
 * @param decidedAt epoch ms
 */
export function basesFor(act: Act, actAt: number, decidedAt: number): Basis[] {
  const { bases } = entryOf(act);
  return [...new Set(bases.map((basis) => basis.line))].flatMap((name) => {
    const own = bases.filter((basis) => basis.line === name);
    const then = own.find((basis) => inForce(basis, actAt));
    if (!then) return [];
    const now = own.find((basis) => inForce(basis, decidedAt));
    return now?.fine && then.fine && isLighter(now.fine, then.fine) ? [now] : [then];
  });
}

/**
 * The bases that were cited, each one that may be.
 * @throws DomainError 422 naming the field and what may be cited
 */
export function citedBases(act: Act, actAt: number, decidedAt: number, ids: readonly string[]): Basis[] {
  const applicable = basesFor(act, actAt, decidedAt);
  return ids.map((id, i) => {
    const basis = applicable.find((candidate) => candidate.id === id);
    if (basis) return basis;
    const possible = applicable.map((candidate) => candidate.id).join(', ');
    throw invalid(
      `basisIds.${i}`,
      `must be a legal basis in force on the day of the act (从旧兼从轻): ${possible || 'there is none for that day'}`,
    );
  });
}

const yuan = ({ min, max }: FineRange) => `${min} to ${max} yuan`;

/**
 * Kinds and fine have to fit together and the fine into the range of a cited basis.
 * @throws DomainError 422 naming field and range
 */
export function assertPenalty(kinds: readonly PenaltyKind[], fine: number | undefined, cited: readonly Basis[]): void {
  if (kinds.includes('no-penalty') && kinds.some((kind) => kind !== 'no-penalty' && kind !== 'order-to-correct')) {
    throw invalid('kinds', 'must not join no-penalty with a penalty');
  }
  if (!kinds.includes('fine')) {
    if (fine !== undefined) throw invalid('fine', 'must be absent: kinds names no fine');
    return;
  }
  if (fine === undefined) throw invalid('fine', 'is needed: kinds names a fine');
  const ranges = cited.flatMap((basis) => (basis.fine ? [basis.fine] : []));
  if (ranges.length > 0 && !ranges.some(({ min, max }) => fine >= min && fine <= max)) {
    throw invalid('fine', `must be ${ranges.map(yuan).join(' or ')}, as the cited basis says`);
  }
}

/**
 * How long a decision stands against the party, where the decision does not say so itself (domain.md 4.4): warnings are
 * light, a lost permit or a stop is serious, else what the act is.
 */
export function defaultSeverity(act: Act, kinds: readonly PenaltyKind[]): Severity {
  const serious: readonly PenaltyKind[] = ['revoke-permit', 'suspend-permit', 'stop-production', 'detention'];
  const light: readonly PenaltyKind[] = ['warning', 'criticism', 'order-to-correct', 'no-penalty'];
  if (kinds.some((kind) => serious.includes(kind))) return 'serious';
  if (kinds.every((kind) => light.includes(kind))) return 'light';
  return entryOf(act).severity;
}
