import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ManagedProcess } from '../managed-process';
import { OperatorError } from '../operator-error';
import { choosePort } from '../ports';
import { findOnPath, isExecutable } from '../servers/obtain';

/**
 * A program of Prometheus: `prometheus` or `promtool`, from PROMETHEUS or PROMTOOL in the environment, else from PATH.
 *
 * @throws OperatorError that says how it can be had.
 */
export function prometheusProgram(name: 'prometheus' | 'promtool'): string {
  const variable = name.toUpperCase();
  const named = process.env[variable];
  const found = named ? [named].find(isExecutable) : findOnPath(name);
  if (found) return found;
  throw new OperatorError(
    `${name} is missing: install it (Debian: apt-get install --no-install-recommends prometheus), or name it in ${variable}`,
  );
}

/** What is scraped: `host:port`, and the labels that the scrape gives its series. */
export interface Target {
  address: string;
  labels: Record<string, string>;
}

export interface PrometheusOptions {
  /** For its configuration, data and log. */
  folder: string;
  targets: readonly Target[];
  /** Files of rules, absolute. */
  rules?: readonly string[];
  scrapeEveryS?: number;
}

/** A series of an instant query: its labels, and its value now. */
export interface Sample {
  labels: Record<string, string>;
  value: number;
}

/** What a target says of a metric, also of one that has no series yet. */
export interface Metadata {
  target: Record<string, string>;
  metric: string;
  type: string;
  help: string;
}

export interface RuleState {
  name: string;
  type: 'recording' | 'alerting';
  query: string;
  health: string;
  lastError?: string;
  state?: string;
}

/** A real Prometheus on a free port of this machine, and its API. */
export class Prometheus {
  private constructor(
    private readonly process: ManagedProcess,
    readonly url: string,
  ) {}

  static async start({ folder, targets, rules = [], scrapeEveryS = 2 }: PrometheusOptions): Promise<Prometheus> {
    mkdirSync(folder, { recursive: true });
    const port = await choosePort();
    const url = `http://127.0.0.1:${port}`;
    const every = `${scrapeEveryS}s`;
    const config = path.join(folder, 'prometheus.yml');
    // JSON is YAML.
    writeFileSync(
      config,
      JSON.stringify({
        global: { scrape_interval: every, scrape_timeout: every, evaluation_interval: every },
        rule_files: rules,
        scrape_configs: [
          {
            job_name: 'greenwatch',
            static_configs: targets.map(({ address, labels }) => ({ targets: [address], labels })),
          },
        ],
      }),
    );
    const process_ = new ManagedProcess(
      {
        name: 'prometheus',
        command: prometheusProgram('prometheus'),
        args: [
          `--config.file=${config}`,
          `--storage.tsdb.path=${path.join(folder, 'data')}`,
          `--web.listen-address=127.0.0.1:${port}`,
          '--log.level=warn',
        ],
        environment: process.env,
        logFile: path.join(folder, 'prometheus.log'),
        probe: async () => {
          const { ok, status } = await fetch(`${url}/-/ready`);
          if (!ok) throw new Error(`prometheus answers ${status}`);
        },
        readyWithinMs: 60_000,
        stopWithinMs: 10_000,
      },
      false,
    );
    await process_.start();
    return new Prometheus(process_, url);
  }

  /** An instant query now. A scalar is one sample without labels. @throws Error with what Prometheus says is wrong */
  async query(query: string): Promise<Sample[]> {
    type Value = [time: number, value: string];
    const { resultType, result } = await this.#get<
      | { resultType: 'vector'; result: { metric: Record<string, string>; value: Value }[] }
      | { resultType: 'scalar'; result: Value }
    >('query', { query });
    if (resultType === 'scalar') return [{ labels: {}, value: Number(result[1]) }];
    return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  /** What the targets say they have. */
  metadata(): Promise<Metadata[]> {
    return this.#get<Metadata[]>('targets/metadata', {});
  }

  async targets(): Promise<{ labels: Record<string, string>; health: string; lastError: string }[]> {
    type Targets = { activeTargets: { labels: Record<string, string>; health: string; lastError: string }[] };
    return (await this.#get<Targets>('targets', { state: 'active' })).activeTargets;
  }

  async rules(): Promise<RuleState[]> {
    return (await this.#get<{ groups: { rules: RuleState[] }[] }>('rules', {})).groups.flatMap(({ rules }) => rules);
  }

  async #get<T>(path_: string, parameters: Record<string, string>): Promise<T> {
    const response = await fetch(`${this.url}/api/v1/${path_}?${new URLSearchParams(parameters)}`);
    const answer = (await response.json()) as { status: string; data: T; error?: string };
    if (answer.status !== 'success') throw new Error(`${parameters.query ?? path_}: ${answer.error}`);
    return answer.data;
  }

  stop(): Promise<void> {
    return this.process.stop();
  }
}
