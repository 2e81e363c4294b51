import { createHash } from 'node:crypto';
import type { EnterpriseFile } from '@greenwatch/contracts';
import type { Words } from './words';

/** One part as it is printed. */
export interface DocumentPart {
  name: string;
  title: string;
  /** Source and time, or that the part is missing and why. */
  source: string;
  missing?: string;
  /** Widths of the columns in parts of the line. */
  widths: number[];
  head?: string[];
  /** A row of one cell goes over the whole line. */
  rows: string[][];
  /** Said where there are no rows. */
  empty: string;
}
export interface FileDocument {
  title: string;
  subtitle: string;
  asOf: string;
  notes: string[];
  parts: DocumentPart[];
  /** SHA-256 of all the text above in reading order. */
  digest: string;
}

type Parts = EnterpriseFile['parts'];
type PartName = keyof Parts;
type DataOf<K extends PartName> = NonNullable<NonNullable<Parts[K]>['data']>;
interface Table {
  widths: number[];
  head?: string[];
  rows: string[][];
}
export interface DocumentSettings {
  words: Words;
  factorName(code: string): string;
  factorUnit(code: string): string;
  divisionName(code: string): string;
  /** Of a sentence that a service says in both languages, the one that is printed. */
  said(text: { zh: string; en: string }): string;
}

/** Entries of the line of time that are printed. */
const TIMELINE_ENTRIES = 60;
/** Duties that were not done in time and are named one by one. */
const DUTIES_NAMED = 20;
/** In the order of reading; the order of the page. */
const ORDER: readonly PartName[] = [
  ...(['registry', 'permits', 'quotas', 'checks', 'projects', 'duties', 'latest', 'links'] as const),
  ...(['alarms', 'fraud', 'suspicions', 'tasks', 'cases', 'complaints', 'credit', 'notices'] as const),
];

/** The file as text in tables, ready to be set on pages; pure. */
export function fileDocument(file: EnterpriseFile, settings: DocumentSettings): FileDocument {
  const { words, factorName } = settings;
  const detail = file.parts.registry.data;
  const tables = tablesOf(settings, new Map((detail?.outlets ?? []).map(({ id, code }) => [id, code])));
  const parts = ORDER.flatMap((name): DocumentPart[] => {
    const part = file.parts[name];
    if (!part) return [];
    const title = words(`file.part.${name}`);
    const shown = { name, title, empty: words('file.none') };
    const source = words('file.document.part', { source: words(`source.${part.source}`), at: time(part.at) });
    if (!part.available || part.data === undefined) {
      const missing = words('file.document.missingPart', { reason: part.reason ?? '' });
      return [{ ...shown, source, missing, widths: [1], rows: [] }];
    }
    // The table of a part takes the data of that part: `name` is the same for both.
    return [{ ...shown, source, ...(tables[name] as (data: unknown) => Table)(part.data) }];
  });
  parts.push({
    name: 'timeline',
    title: words('file.timeline'),
    source: words('file.document.timelineNote', {
      shown: Math.min(TIMELINE_ENTRIES, file.timeline.length),
      all: file.timeline.length,
    }),
    ...timelineTable(file.timeline.slice(0, TIMELINE_ENTRIES), words, factorName),
    empty: words('file.none'),
  });
  const missing = file.missing.map((name) => words(`file.part.${name}`)).join('、');
  const content = {
    title: `${detail?.name ?? file.id}`,
    subtitle: [words('file.document.title'), detail?.uscc ?? file.id].filter(Boolean).join(' · '),
    asOf: words('file.document.asOf', { at: time(file.at) }),
    notes: [
      ...(missing ? [words('file.document.missing', { parts: missing })] : []),
      ...(file.parts.suspicions ? [words('file.document.suspectNote')] : []),
    ],
    parts,
  };
  return { ...content, digest: digestOf(content) };
}

/** The lines of a document in reading order, as the digest takes them. */
export function linesOf({ title, subtitle, asOf, notes, parts }: Omit<FileDocument, 'digest'>): string[] {
  return [
    ...[title, subtitle, asOf, ...notes],
    ...parts.flatMap((part) => [
      part.title,
      part.source,
      ...(part.missing ? [part.missing] : []),
      ...(part.rows.length > 0 && part.head ? [part.head.join('\t')] : []),
      ...part.rows.map((row) => row.join('\t')),
    ]),
  ];
}

const digestOf = (document: Omit<FileDocument, 'digest'>) =>
  createHash('sha256').update(linesOf(document).join('\n')).digest('hex');

/** China's time to the minute, whatever the zone of the text. */
function time(text: string | undefined): string {
  if (!text) return '';
  return new Date(Date.parse(text) + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
}
const day = (text: string | undefined) => time(text).slice(0, 10);
/** Of what is valid to before a moment, the last day. */
const lastDay = (text: string) => day(new Date(Date.parse(text) - 1).toISOString());
const number = (value: number | undefined, digits = 1) =>
  value === undefined ? '' : String(Number(value.toFixed(digits)));

function tablesOf(
  { words, factorName, factorUnit, divisionName, said }: DocumentSettings,
  outlets: ReadonlyMap<string, string>,
): { [K in PartName]-?: (data: DataOf<K>) => Table } {
  const column = (name: string) => words(`file.column.${name}`);
  const head = (...names: string[]) => names.map(column);
  const word = (kind: string, value: string) => words(`file.word.${kind}.${value}`);
  const outlet = (id: string | undefined) => (id === undefined ? '' : (outlets.get(id) ?? id));
  const factor = (code: string | undefined) => (code === undefined ? '' : factorName(code));
  const scheme = (id: string) => words(`credit.scheme.${id}`, {}, id);
  const level = (value: string) => words(`level.${value}`);
  return {
    registry: (detail) => {
      const principal = detail.people.find(({ id }) => id === detail.principalPersonId);
      const facts: [string, string | undefined][] = [
        [words('enterprise.uscc'), detail.uscc],
        [words('enterprise.address'), detail.address],
        // A town with its county.
        [
          words('enterprise.division'),
          `${(detail.divisionPath.length > 2 ? detail.divisionPath.slice(2) : [detail.divisionCode]).map(divisionName).join(' ')} ${detail.divisionCode}`,
        ],
        [words('enterprise.industry'), `${detail.industryName} ${detail.industryCode}`],
        [words('enterprise.class'), words(`managementClass.${detail.managementClass}`)],
        [words('enterprise.status'), words(`enterpriseStatus.${detail.status}`)],
        [words('enterprise.principal'), principal && `${principal.name} ${principal.phoneMasked ?? ''}`.trim()],
        [words('enterprise.position'), `${detail.lon.toFixed(6)}, ${detail.lat.toFixed(6)}`],
        ...detail.outlets.map(({ code, name, medium }): [string, string] => [
          code,
          `${name} · ${words(`medium.${medium}`)}`,
        ]),
      ];
      return { widths: [2, 6], rows: facts.flatMap(([label, value]) => (value ? [[label, value]] : [])) };
    },
    permits: (permits) => ({
      widths: [2, 2, 2, 2, 5],
      head: head('outlet', 'factor', 'limit', 'period', 'basis'),
      rows: permits.flatMap((permit) => [
        [
          [
            `${words('permit.number')} ${permit.number}`,
            `${day(permit.validFrom)} – ${lastDay(permit.validTo)}`,
            words(`permitStatus.${permit.status}`),
            words(`managementClass.${permit.managementClass}`),
            permit.issuer,
          ].join(' · '),
        ],
        ...permit.limits.map((limit) => [
          outlet(limit.outletId),
          factor(limit.factor),
          `${limit.limit} ${limit.unit}`,
          words(`period.${limit.period}`),
          limit.basis,
        ]),
      ]),
    }),
    quotas: (quotas) => ({
      widths: [1, 2, 2, 2, 2, 1],
      head: [
        words('file.column.period'),
        column('factor'),
        column('outlet'),
        `${column('used')} kg`,
        `${column('quantity')} kg`,
        column('share'),
      ],
      rows: quotas.map((use) => [
        String(use.year),
        factor(use.factor),
        outlet(use.outletId),
        number(use.used),
        number(use.quantity),
        `${number(use.share * 100)}%`,
      ]),
    }),
    checks: (checks) => ({
      widths: [3, 1, 2, 2, 6],
      head: head('what', 'level', 'state', 'at', 'text'),
      rows: checks.map((check) => [
        [words(`permits.check.${check.check}`), check.stage && words(`permits.stage.${check.stage}`)]
          .filter(Boolean)
          .join(' · '),
        level(check.level),
        words(`file.word.${check.active ? 'active' : 'over'}`),
        time(check.openedAt),
        check.text,
      ]),
    }),
    projects: (projects) => ({
      widths: [4, 2, 2, 3],
      head: head('name', 'step', 'at', 'number'),
      rows: projects.flatMap((project) => [
        ...(project.steps.length === 0 ? [[project.name, '', '', '']] : []),
        ...project.steps.map(({ step, at, number: no }) => [project.name, word('step', step), day(at), no ?? '']),
        ...project.alerts.map((alert) => [project.name, level(alert.level), day(alert.since), alert.text]),
      ]),
    }),
    duties: (duties) => {
      const kinds = [...new Set(duties.map(({ kind }) => kind))];
      const notInTime = duties.filter(({ state }) => state !== 'fulfilled');
      return {
        widths: [3, 3, 2, 2],
        head: head('what', 'period', 'due', 'state'),
        // Daily duties are many: how many of each were done in time, then those that were not.
        rows: [
          ...kinds.map((kind) => {
            const own = duties.filter((duty) => duty.kind === kind);
            const inTime = own.filter(({ state }) => state === 'fulfilled').length;
            const dates = own.map(({ dueAt }) => day(dueAt)).sort();
            const span = [...new Set([dates[0], dates.at(-1)])].join(' – ');
            return [word('duty', kind), '', span, `${word('dutyState', 'fulfilled')} ${inTime} / ${own.length}`];
          }),
          ...notInTime
            .slice(0, DUTIES_NAMED)
            .map(({ kind, period, dueAt, state }) => [
              word('duty', kind),
              period,
              day(dueAt),
              word('dutyState', state),
            ]),
        ],
      };
    },
    latest: (moments) => ({
      widths: [4, 2, 3, 2, 2],
      head: head('device', 'period', 'at', 'factor', 'value'),
      rows: moments.flatMap(({ mn, kind, dataTime, values }) =>
        Object.entries(values).flatMap(([code, fields]) => {
          const shown = fields.ZsAvg ?? fields.Avg ?? fields.ZsRtd ?? fields.Rtd;
          if (shown === undefined) return [];
          return [[mn, words(`kind.${kind}`), time(dataTime), factor(code), `${shown} ${factorUnit(code)}`.trim()]];
        }),
      ),
    }),
    links: (links) => ({
      widths: [4, 2, 3],
      head: head('device', 'online', 'at'),
      rows: links.map(({ mn, online, lastSeen }) => [
        mn,
        words(`file.word.${online ? 'online' : 'offline'}`),
        time(lastSeen),
      ]),
    }),
    alarms: (alarms) => ({
      widths: [3, 1, 2, 2, 3, 3],
      head: head('what', 'level', 'outlet', 'factor', 'at', 'state'),
      rows: alarms.map((alarm) => [
        words(`alarmCode.${alarm.code}`),
        level(alarm.level),
        outlet(alarm.outletId),
        factor(alarm.factor),
        time(alarm.startedAt),
        alarm.endedAt ? `${words('file.word.over')} ${time(alarm.endedAt)}` : words('file.word.active'),
      ]),
    }),
    fraud: (authenticity) => ({
      widths: [3, 2, 2, 2, 3],
      head: head('outlet', 'score', 'state', 'factor', 'at'),
      rows: authenticity.outlets.map((score) => [
        score.outletCode ?? outlet(score.outletId),
        number(score.authenticity),
        word('authenticity', score.level ?? 'none'),
        factor(score.worstFactor),
        score.day,
      ]),
    }),
    suspicions: (suspicions) => ({
      widths: [2, 2, 1, 2, 2, 5],
      head: head('outlet', 'level', 'score', 'at', 'state', 'text'),
      rows: suspicions.map((suspicion) => [
        suspicion.outletCode ?? outlet(suspicion.outletId),
        word('authenticity', suspicion.level),
        number(suspicion.authenticity),
        suspicion.raisedDay,
        suspicion.verdict ? word('verdict', suspicion.verdict) : word('suspicion', suspicion.state),
        suspicion.indications[0] ? said(suspicion.indications[0].sentence) : '',
      ]),
    }),
    tasks: (tasks) => ({
      widths: [2, 5, 1, 2, 3, 3],
      head: head('class', 'what', 'level', 'state', 'at', 'text'),
      rows: tasks.map((task) => [
        words(`task.type.${task.type}`, {}, task.type),
        task.title,
        level(task.level),
        words(`task.state.${task.state}`, {}, task.state),
        time(task.createdAt),
        task.finding ? words(`conclusion.${task.finding.conclusion}`) : '',
      ]),
    }),
    cases: (cases) => ({
      widths: [4, 4, 2, 2, 4],
      head: head('number', 'what', 'state', 'at', 'text'),
      rows: cases.map((file) => [
        file.number,
        word('act', file.act),
        word('caseState', file.state),
        day(file.filedAt),
        file.decision
          ? [file.decision.documentNo, file.decision.fine && `¥${file.decision.fine.toLocaleString('en')}`]
              .filter(Boolean)
              .join(' ')
          : '',
      ]),
    }),
    complaints: ({ items }) => ({
      widths: [4, 2, 2, 2, 2],
      head: head('number', 'category', 'state', 'at', 'text'),
      rows: items.map((complaint) => [
        complaint.number,
        word('category', complaint.category),
        word('complaintState', complaint.state),
        day(complaint.receivedAt),
        word('substantiated', complaint.substantiated),
      ]),
    }),
    credit: ({ standings, finals, entries }) => ({
      widths: [3, 2, 2, 3, 4],
      head: head('what', 'score', 'colour', 'at', 'text'),
      rows: [
        ...standings.map((standing) => [
          scheme(standing.scheme),
          number(standing.score, 2),
          word('colour', standing.colour),
          time(standing.at),
          '',
        ]),
        ...finals.map((final) => [
          `${scheme(final.scheme)} ${final.period}`,
          number(final.score, 2),
          word('colour', final.colour),
          day(final.finalAt),
          '',
        ]),
        ...entries.map((entry) => [
          entry.effects[0] ? said(entry.effects[0].name) : entry.event,
          number(entry.effects.find(({ points }) => points !== undefined)?.points, 2),
          word('entryStatus', entry.status),
          day(entry.occurredAt),
          entry.caseNo ?? '',
        ]),
      ],
    }),
    notices: (notices) => ({
      widths: [5, 3, 4],
      head: head('what', 'at', 'state'),
      rows: notices.map((notice) => [
        notice.title,
        time(notice.createdAt),
        notice.deliveries
          .map(({ channel, status }) => `${words(`channel.${channel}`)} ${words(`delivery.${status}`)}`)
          .join('，'),
      ]),
    }),
  };
}

function timelineTable(entries: EnterpriseFile['timeline'], words: Words, factorName: (code: string) => string): Table {
  return {
    widths: [3, 3, 8],
    head: [words('file.column.at'), words('file.column.what'), words('file.column.text')],
    rows: entries.map(({ at, kind, verb, title, detail }) => {
      const group = { alarm: 'alarmCode', reading: 'alarmCode', check: 'permits.check' }[kind as string];
      const named = group ? words(`${group}.${title}`, {}, title) : title;
      const text = [
        named,
        detail.factor && factorName(detail.factor),
        detail.value && `${detail.value} / ${detail.limit ?? ''} ${detail.unit ?? ''}`.trim(),
        detail.conclusion && words(`conclusion.${detail.conclusion}`),
        detail.text,
        detail.by,
      ];
      return [
        time(at),
        words(`timeline.${kind}.${verb}`, {}, words(`task.verb.${verb}`, {}, verb)),
        text.filter(Boolean).join(' · '),
      ];
    }),
  };
}
