import { Readable } from 'node:stream';
import { System } from '@greenwatch/infra';
import { type Client, FACTS } from '@greenwatch/kit';
import { registerEnterprises, usccOf } from './bench-devices';
import { connectToSystem, sleep } from './connect-to-system';

export interface PermitsBenchOptions {
  permits: number;
  say(line: string): void;
}

export interface PermitsBenchResult {
  permits: number;
  rows: number;
  sheet_mb: number;
  /** From the first byte sent to the sheet being stored. */
  upload_s: number;
  /** Until every row was read, checked and compared. */
  read_s: number;
  /** Until every permit was written. */
  commit_s: number;
  /** Until the fact of every permit was on the stream. */
  facts_s: number;
  /** All of it. */
  seconds: number;
  /** Of the same sheet, whose permits are unchanged now, once more under another name: read and taken over. */
  again_s: number;
}

const LIMITS = ['a34013,30', 'a21026,100', 'a21002,100', 'a20057,0.03'];
const HEADING =
  '许可证编号,管理类别,企业编号,单位名称,发证机关,有效期起,有效期止,排放口编号,污染物代码,浓度时段,许可排放浓度,许可排放量,许可排放量年份';

/** Takes a province's permits in from one sheet through the real services, with the facts that follow. */
export async function permitsBench({ permits, say }: PermitsBenchOptions): Promise<PermitsBenchResult> {
  const system = new System({ only: ['registry', 'permits'], announce: say });
  let client: Client | undefined;
  try {
    await system.start();
    client = await connectToSystem(system, ['registry', 'permits']);
    say(`registering ${permits} enterprises`);
    await registerEnterprises(client, permits);
    await known(client, say);
    const sheet = `${HEADING}\n${Array.from({ length: permits }, (_, i) => rowsOf(i)).join('')}`;
    const begun = performance.now();
    const since = () => (performance.now() - begun) / 1_000;
    const { id, rows, upload, read, commit } = await takeOver(client, sheet, since);
    while ((await factsOf(client)) < permits) await sleep(50);
    const all = since();
    const againFrom = since();
    const again = await takeOver(client, `${sheet}\n`, since);
    if (again.id === id) throw new Error('another sheet was taken for the same one');
    const round = (value: number) => Number(value.toFixed(1));
    return {
      permits,
      rows,
      sheet_mb: round(Buffer.byteLength(sheet) / 1_048_576),
      upload_s: round(upload),
      read_s: round(read - upload),
      commit_s: round(commit - read),
      facts_s: round(all - commit),
      seconds: round(all),
      again_s: round(again.commit - againFrom),
    };
  } finally {
    await client?.close();
    await system.stop();
  }
}

async function takeOver(client: Client, text: string, since: () => number) {
  const bytes = Buffer.from(text);
  const pieces = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, i) =>
    bytes.subarray(i * 65_536, (i + 1) * 65_536),
  );
  const { id } = await client.call(
    'permits.sheet.upload',
    { filename: 'bench.csv' },
    { stream: Readable.from(pieces), timeoutMs: 120_000 },
  );
  const upload = since();
  const look = async () => (await client.call('permits.sheet.get', { id, limit: 1 })).sheet;
  let sheet = await look();
  for (; sheet.state === 'parsing'; sheet = await look()) await sleep(50);
  if (sheet.state !== 'ready' || sheet.wrong > 0) throw new Error(`the sheet has errors: ${JSON.stringify(sheet)}`);
  const read = since();
  await client.call('permits.sheet.commit', { id });
  for (; sheet.state !== 'committed'; sheet = await look()) await sleep(50);
  return { id, rows: sheet.rows, upload, read, commit: since() };
}

function rowsOf(n: number): string {
  const head = `${usccOf(n)}001P,重点管理,,负载测试企业${n},嘉兴市生态环境局,2026-01-01,2030-12-31,DA001`;
  return LIMITS.map((limit) => `${head},${limit.split(',')[0]},小时,${limit.split(',')[1]},120000,2026-2030\n`).join(
    '',
  );
}

/** Waits until permits has taken every enterprise. */
async function known(client: Client, say: (line: string) => void): Promise<void> {
  for (let told = 0; ; told++) {
    const { num_pending, num_ack_pending } = await client.nats.jsm.consumers.info(FACTS, 'facts-permits');
    if (num_pending + num_ack_pending === 0) return;
    if (told % 50 === 0) say(`${num_pending + num_ack_pending} facts of enterprises wait`);
    await sleep(200);
  }
}

/** Facts of permits on the stream. */
async function factsOf(client: Client): Promise<number> {
  const subject = 'facts.permits.permit.changed';
  const { state } = await client.nats.jsm.streams.info(FACTS, { subjects_filter: subject });
  return state.subjects?.[subject] ?? 0;
}
