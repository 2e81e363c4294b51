import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  buildFrame,
  type CutResult,
  FrameCutter,
  factorInfo,
  Hj212Error,
  kindOfPacket,
  parseSegment,
  readMessage,
  readReply,
  readUpload,
} from '@greenwatch/hj212';
import { OperatorError } from '@greenwatch/infra';

const USAGE = `usage: npm run conformance -- FOLDER
  FOLDER  with corpus.jsonl and recorded.jsonl (lines {packet, crc_ok, len_ok}), segments.jsonl (lines {segment}) and codes.tsv: every packet
          must be let in at frame level exactly when CRC and length are right; what is refused is counted by cause`;

interface Line {
  packet: string;
  crc_ok: boolean;
  len_ok: boolean;
  note?: string;
}

/** Segments up to 1703 bytes have been recorded; their frames are to be judged by CRC and length alone. */
const MAX_SEGMENT = 9999;

/** The key of the examples of HJ 212-2025 annex A.2. */
const EXAMPLE_KEY = '0000000000000000';

type Counts = Record<string, number>;
const add = (counts: Counts, name: string) => {
  counts[name] = (counts[name] ?? 0) + 1;
};

/** What becomes of a segment whose frame is right: what it is, or why its content is refused. */
function outcome(segment: Buffer): string {
  try {
    const packet = parseSegment(segment);
    const kind = kindOfPacket(packet);
    if (kind === 'request' || kind === 'unknown') return kind;
    if (kind === 'reply') return `reply ${readReply(packet)?.type}`;
    const message = readMessage(packet);
    if (message) return `message ${message.type}`;
    // 2012 and 2022: what only a host says.
    return kind === 'notice' ? 'notice' : `readings ${readUpload(packet).kind}`;
  } catch (error) {
    if (error instanceof Hj212Error) return `refused ${error.code}`;
    throw error;
  }
}

/**
 * The bytes of a packet as it was on the wire. The corpora write the tail as text or leave it out, and print cipher bytes as
 * `{0xE4,0x3E,…}` as the PDF of 2025 does.
 */
function wireBytes(packet: string): Buffer {
  const printed = /^(.*?CP=&&)\{((?:0x[0-9A-Fa-f]{2},?)+)\}(.*)$/s.exec(packet);
  if (!printed) return Buffer.from(packet);
  const [, head = '', cipher = '', rest = ''] = printed;
  return Buffer.concat([Buffer.from(head), Buffer.from(cipher.replaceAll(/0x|,/g, ''), 'hex'), Buffer.from(rest)]);
}

function cut(bytes: Buffer): CutResult[] {
  const cutter = new FrameCutter({
    maxSegment: MAX_SEGMENT,
    codecOf: () => ({ dialect: { cipher: 'sm4' }, keys: [EXAMPLE_KEY] }),
  });
  return [...cutter.push(bytes), ...cutter.end()];
}

interface PacketReport {
  packets: number;
  right: number;
  letIn: number;
  /** Let in though CRC or length are wrong, or refused though both are right; must be empty. */
  differing: string[];
  /** Of those let in. */
  outcomes: Counts;
  /** Of those refused at frame level. */
  causes: Counts;
}

function packets(file: string): PacketReport {
  const report: PacketReport = { packets: 0, right: 0, letIn: 0, differing: [], outcomes: {}, causes: {} };
  for (const line of lines(file)) {
    const { packet, crc_ok, len_ok, note } = JSON.parse(line) as Line;
    const results = cut(wireBytes(packet));
    const [first] = results;
    const whole = results.length === 1 && first?.type === 'frame';
    report.packets++;
    if (crc_ok && len_ok) report.right++;
    if (whole) {
      report.letIn++;
      add(report.outcomes, outcome(first.segment));
    } else {
      const refusal = results.find((result) => result.type === 'refused');
      add(report.causes, refusal?.type === 'refused' ? refusal.reason : 'nothing');
    }
    if (whole !== (crc_ok && len_ok)) report.differing.push(`${note ?? ''}: ${packet.slice(0, 120)}`);
  }
  return report;
}

/** The examples of the standards, as data segments without a frame. An ellipsis stands for more of the same and is left out. */
function segments(file: string): { segments: number; outcomes: Counts; refused: string[] } {
  const report = { segments: 0, outcomes: {} as Counts, refused: [] as string[] };
  for (const line of lines(file)) {
    const { segment, note } = JSON.parse(line) as { segment: string; note?: string };
    const text = segment.replaceAll(/[;,]?…/g, '').trim();
    report.segments++;
    const [frame] = cut(buildFrame(text));
    const what = frame?.type === 'frame' ? outcome(frame.segment) : 'no frame';
    add(report.outcomes, what);
    if (what.startsWith('refused') || what === 'no frame') report.refused.push(`${what}: ${note ?? ''}: ${text}`);
  }
  return report;
}

/** The code tables of 2005 and 2017, code by code. */
function codes(file: string): { codes: number; unknown: string[] } {
  const rows = lines(file)
    .slice(1)
    .map((line) => line.split('\t')[0] as string);
  return { codes: rows.length, unknown: rows.filter((code) => !factorInfo(code)) };
}

function lines(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
}

function main(): void {
  const [folder, ...rest] = process.argv.slice(2);
  if (folder === undefined || rest.length > 0) throw new OperatorError(USAGE);
  const report = {
    corpus: packets(path.join(folder, 'corpus.jsonl')),
    recorded: packets(path.join(folder, 'recorded.jsonl')),
    segments: segments(path.join(folder, 'segments.jsonl')),
    codes: codes(path.join(folder, 'codes.tsv')),
  };
  process.stdout.write(`${JSON.stringify(report)}\n`);
  const wrong = report.corpus.differing.length + report.recorded.differing.length + report.codes.unknown.length;
  if (wrong > 0) process.exitCode = 1;
}

try {
  main();
} catch (error) {
  process.stderr.write(`${error instanceof OperatorError ? error.message : ((error as Error).stack ?? error)}\n`);
  process.exitCode = 1;
}
