import {
  type Actions,
  type EnterpriseInput,
  organisationCheckCharacter,
  type Params,
  usccCheckCharacter,
} from '@greenwatch/contracts';
import { System } from '@greenwatch/infra';
import { type Client, isoTime } from '@greenwatch/kit';
import { MongoClient } from 'mongodb';
import { connectToSystem, factsTaken, sleep } from './connect-to-system';
import { memoryOf } from './process-usage';
import { seededRandom } from './seeded-random';

export interface CreditBenchOptions {
  enterprises: number;
  say(line: string): void;
}

export interface CreditBenchResult {
  enterprises: number;
  /** In the ledger: three years of events. */
  entries: number;
  schemes: number;
  /** Everybody by every scheme through the service, nothing known before: each standing written, what differs told. */
  seconds: number;
  enterprises_s: number;
  /** Standings written in that. */
  written: number;
  /** The same again, as on a day on which nothing expired: read and computed, nothing written. */
  again_seconds: number;
  /** Most memory the service ever had, the loading included. */
  peak_mb: number;
  /** Registering and loading before the measurement. */
  loading_seconds: number;
}

const IMPORT = 1_000;
const ENTRIES_A_CALL = 5_000;
const DAY = 86_400_000;
const YEARS = 3;
const LONG = { timeoutMs: 600_000 };
type Entry = NonNullable<Params<Actions['credit.import']>['entries']>[number];

/**
 * Starts the servers, registry and credit, gives each enterprise three years of a realistic mix of events, and has all
 * of them computed by both schemes through `credit.recompute` (issue 4: 26,200 enterprises in under 60 s).
 */
export async function creditBench({ enterprises, say }: CreditBenchOptions): Promise<CreditBenchResult> {
  const system = new System({ only: ['registry', 'credit'], announce: say });
  let client: Client | undefined;
  let mongo: MongoClient | undefined;
  try {
    const urls = await system.start();
    const begun = performance.now();
    client = await connectToSystem(system, ['registry', 'credit']);
    mongo = await new MongoClient(urls.mongodb).connect();
    const credit = mongo.db('greenwatch_credit');
    say(`registering ${enterprises} enterprises`);
    await register(client, enterprises);
    while ((await credit.collection('parties').countDocuments()) < enterprises) await sleep(500);
    say(`after ${round((performance.now() - begun) / 1_000)} s: loading three years of events`);
    const entries = await load(client, enterprises, say);
    await factsTaken(client);
    const loading = performance.now() - begun;

    const standings = credit.collection('standings');
    const written = await standings.countDocuments();
    await standings.deleteMany({});
    say('computing everybody');
    const first = await client.call('credit.recompute', {}, LONG);
    await factsTaken(client);
    const again = await client.call('credit.recompute', {}, LONG);
    if (
      first.parties !== enterprises ||
      first.entries !== entries ||
      first.changed !== written ||
      again.changed !== 0
    ) {
      throw new Error(`computed ${JSON.stringify({ first, again })} of ${enterprises} enterprises, ${entries} entries`);
    }
    return {
      enterprises,
      entries,
      schemes: written / enterprises,
      seconds: round(first.ms / 1_000),
      enterprises_s: Math.round(enterprises / (first.ms / 1_000)),
      written: first.changed,
      again_seconds: round(again.ms / 1_000),
      peak_mb: peakMemory(system),
      loading_seconds: round(loading / 1_000),
    };
  } finally {
    await client?.close();
    await mongo?.close();
    await system.stop();
  }
}

const COUNTIES = ['330483', '331002', '330114'];

async function register(client: Client, count: number): Promise<void> {
  await client.call('registry.import', {
    divisions: [
      { code: '330000', name: '浙江省', level: 'province' },
      ...(['330400', '331000', '330100'] as const).map((code) => ({
        code,
        name: code,
        level: 'city' as const,
        parent: '330000',
      })),
      ...COUNTIES.map((code) => ({
        code,
        name: code,
        level: 'county' as const,
        parent: `${code.slice(0, 4)}00`,
      })),
    ],
  });
  for (let start = 0; start < count; start += IMPORT) {
    const rows = Array.from({ length: Math.min(IMPORT, count - start) }, (_, i) => enterprise(start + i));
    await client.call('registry.import', { enterprises: rows }, LONG);
  }
}

function enterprise(i: number): EnterpriseInput {
  const divisionCode = COUNTIES[i % COUNTIES.length] as string;
  const organisation = String(i).padStart(8, '0');
  const body = `91${divisionCode}${organisation}${organisationCheckCharacter(organisation)}`;
  return {
    id: idOf(i),
    uscc: `${body}${usccCheckCharacter(body)}`,
    name: `信用测试企业${i}`,
    divisionCode,
    address: '测试路1号',
    lon: 120.55,
    lat: 30.63,
    industryCode: '4412',
    industryName: '热电联产',
    managementClass: 'key',
    status: 'producing',
  };
}
const idOf = (i: number) => `credit-${String(i).padStart(6, '0')}`;

async function load(client: Client, count: number, say: (line: string) => void): Promise<number> {
  const now = Date.now();
  let waiting: Entry[] = [];
  let loaded = 0;
  const send = async () => {
    await client.call('credit.import', { entries: waiting }, LONG);
    loaded += waiting.length;
    waiting = [];
    if (loaded % 50_000 < ENTRIES_A_CALL) say(`${loaded} entries`);
  };
  for (let i = 0; i < count; i++) {
    for (const entry of eventsOf(i, now)) {
      waiting.push(entry);
      if (waiting.length === ENTRIES_A_CALL) await send();
    }
  }
  if (waiting.length > 0) await send();
  return loaded;
}

/** What an enterprise goes through: most are inspected and a little late, some are fined, few are fined again and again. */
const MIXES: { share: number; count: number; events: [event: string, topic: string | undefined, weight: number][] }[] =
  [
    {
      share: 0.4,
      count: 5,
      events: [
        ['inspection-passed', 'inspect', 6],
        ['duty-late', 'execution-report', 2],
        ['commended', undefined, 1],
      ],
    },
    {
      share: 0.45,
      count: 11,
      events: [
        ['inspection-passed', 'inspect', 5],
        ['duty-missed', 'ledger', 4],
        ['duty-late', 'execution-report', 2],
        ['complaint-substantiated', 'odour', 2],
        ['penalty-warning', 'report-late', 1],
        ['penalty-fine', 'exceedance', 1],
      ],
    },
    {
      share: 0.15,
      count: 20,
      events: [
        ['duty-missed', 'ledger', 5],
        ['complaint-substantiated', 'odour', 4],
        ['penalty-fine', 'exceedance', 4],
        ['penalty-fine', 'over-quota', 1],
        ['penalty-order-to-correct', 'no-automatic-monitoring', 2],
        ['penalty-limit-production', 'exceedance', 1],
        ['inspection-passed', 'inspect', 2],
        ['pledge', undefined, 1],
      ],
    },
  ];
const SEVERITIES = ['light', 'general', 'serious'] as const;

function eventsOf(i: number, now: number): Entry[] {
  const random = seededRandom(i + 1);
  const mix = picked(MIXES, ({ share }) => share, random());
  const count = Math.round(mix.count * (0.6 + 0.8 * random()));
  return Array.from({ length: count }, (_, n): Entry => {
    const [event, topic] = picked(mix.events, ([, , weight]) => weight, random());
    return {
      id: `${idOf(i)}-${n}`,
      partyKind: 'enterprise',
      partyId: idOf(i),
      event,
      ...(topic ? { topic } : {}),
      severity: SEVERITIES[Math.floor(random() * 2.3)] ?? 'light',
      occurredAt: isoTime(now - Math.ceil(random() * YEARS * 365) * DAY),
      evidence: '测试',
      ...(event.startsWith('penalty-') ? { caseNo: `测罚〔2026〕${i}-${n}` } : {}),
    };
  });
}

/** One of several by its weight. @param at from 0 to 1 */
function picked<T>(of: readonly T[], weightOf: (one: T) => number, at: number): T {
  let left = at * of.reduce((sum, one) => sum + weightOf(one), 0);
  for (const one of of) {
    left -= weightOf(one);
    if (left < 0) return one;
  }
  return of[0] as T;
}

/** Highest resident size of the credit service so far, MB. */
function peakMemory(system: System): number {
  const pid = system.pid('credit');
  if (pid === undefined) throw new Error('credit does not run: see its log');
  return Math.round(memoryOf(pid).peak);
}

const round = (value: number) => Number(value.toFixed(1));
