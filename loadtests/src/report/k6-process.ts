import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { OperatorError } from '@greenwatch/infra';
import { K6Lines, thresholdsOf } from './k6-lines';
import type { ScenarioReport } from './load-report';
import { SCENARIOS, SCENARIOS_FOLDER } from './scenarios';

/** The version that the scenarios were written for. */
export const K6_VERSION = 'v1.8.1';
const POINTS = 60;
const LAST_LINES = 5;
/** A threshold was missed: the run itself went well. */
const THRESHOLDS_MISSED = 99;

export interface ScenarioRun {
  k6: string;
  name: string;
  target: string;
  seconds: number;
  /** Iterations a second, or streams held at a time. */
  rate?: number;
  streams?: number;
  officers: readonly string[];
  logins?: string;
  clients: 'forwarded' | 'addresses';
  /** Bounds are so many times as generous. */
  patience: number;
  /** s since 1970 at which the whole run began. */
  begun: number;
  /** Ends it early. */
  signal: AbortSignal;
}

/** Runs a scenario to its end. What k6 says is wrong with the scenario itself stands in `failure`. */
export async function runScenario(run: ScenarioRun): Promise<ScenarioReport> {
  const { name, seconds, begun } = run;
  const folder = mkdtempSync(path.join(tmpdir(), 'greenwatch-k6-'));
  const summaryFile = path.join(folder, 'summary.json');
  try {
    const lines = new K6Lines(begun, Math.max(1, Math.round(seconds / POINTS)), SCENARIOS[name]?.timed);
    const child = spawn(run.k6, argumentsOf(run), {
      // By environment, not as arguments: passwords' files and names are nobody's business in the list of processes.
      env: { ...process.env, ...environmentOf(run), GW_SUMMARY: summaryFile },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: run.signal,
    });
    const said: string[] = [];
    // An iteration that throws breaks no threshold: it only says so.
    let errors = 0;
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (line.includes('level=error') && !line.includes('thresholds on metrics')) errors++;
      else if (line.includes('Request Failed')) return;
      said.push(line);
      said.splice(0, Math.max(0, said.length - LAST_LINES));
    });
    const ended = new Promise<number | string>((resolve) => {
      child.once('error', ({ message }) => resolve(message));
      child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
    });
    for await (const line of createInterface({ input: child.stdout })) lines.add(line);
    const code = await ended;
    const summary = existsSync(summaryFile) ? JSON.parse(readFileSync(summaryFile, 'utf8')) : undefined;
    const wrong = (code !== 0 && code !== THRESHOLDS_MISSED) || !summary || errors > 0;
    return {
      name,
      proves: SCENARIOS[name]?.proves ?? '',
      requests: lines.requests,
      failed: lines.failed,
      dropped: lines.dropped,
      thresholds: summary ? thresholdsOf(summary) : [],
      requestsByName: lines.requestsByName(),
      points: lines.points(),
      ...(wrong
        ? { failure: `k6 ended with ${code} and wrote ${errors} errors: ${said.join(' | ') || 'it said nothing'}` }
        : {}),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function argumentsOf({ name, clients, target }: ScenarioRun): string[] {
  const loopback = /^https?:\/\/(127\.|localhost)/.test(target);
  return [
    ...['run', '--quiet', '--no-usage-report', '--out', 'csv=-'],
    // Other addresses of this machine, by which the limits of one address do not count for all.
    ...(clients === 'addresses' && loopback ? ['--local-ips', '127.0.1.0/24'] : []),
    path.join(SCENARIOS_FOLDER, `${name}.js`),
  ];
}

function environmentOf(run: ScenarioRun): Record<string, string> {
  const { target, seconds, rate, streams, officers, logins, clients, patience } = run;
  return {
    GW_TARGET: target,
    GW_SECONDS: String(seconds),
    GW_OFFICERS: officers.join(','),
    GW_CLIENTS: clients,
    GW_PATIENCE: String(patience),
    ...(logins ? { GW_LOGINS: path.resolve(logins) } : {}),
    ...(rate ? { GW_RATE: String(rate) } : {}),
    ...(streams ? { GW_STREAMS: String(streams) } : {}),
  };
}

/** @throws OperatorError that says how to get it */
export function findK6(given: string | undefined): string {
  const found = given ? [given] : (process.env.PATH ?? '').split(':').map((folder) => path.join(folder, 'k6'));
  const k6 = found.find((file) => existsSync(file));
  if (k6) return k6;
  throw new OperatorError(
    `k6 is not on PATH: install it (go install go.k6.io/k6@${K6_VERSION}), name it with --k6 FILE, or play the devices alone with --only fleet`,
  );
}
