import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { UploadResults } from '@greenwatch/contracts';
import type { Client } from '@greenwatch/kit';
import {
  hourUploads,
  momentUploads,
  STATION_COUNTY,
  STATION_FACTORS,
  STATION_PROFILES,
  stationDevices,
} from './stations';
import { writeWhole } from './whole-file';

/** Uploads that one request carries. */
const A_REQUEST = 500;
const HOUR = 3_600_000;
const PATIENCE_MS = 20_000;

export interface StationFeedOptions {
  gatewayUrl: string;
  folder: string;
  seed: string;
  everySeconds: number;
  now(): number;
}

/** Loads the stations' reference data and devices; may be done again. */
export async function loadStations(call: Client['call'], seed: string): Promise<void> {
  await call('registry.factor.save', { factors: STATION_FACTORS });
  await call('registry.profile.save', { profiles: STATION_PROFILES });
  await call('registry.import', { devices: stationDevices(seed) });
}

/**
 * Another system that pushes what its stations measure, as any other would: through the gateway, with an API key of the
 * county. What was not taken is sent again with the next push.
 */
export class StationFeed {
  #timer: NodeJS.Timeout | undefined;
  #pushing: Promise<void> | undefined;
  /** Start of the newest hour that is stored. */
  #since: number | undefined;
  #failing = false;

  constructor(
    private readonly call: Client['call'],
    private readonly options: StationFeedOptions,
  ) {}

  start(): void {
    this.#timer = setInterval(() => this.poke(), this.options.everySeconds * 1_000);
    this.poke();
  }

  /** Pushes now, unless a push is under way. */
  poke(): void {
    this.#pushing ??= this.#push()
      .then(
        () => {
          this.#failing = false;
        },
        (error: Error) => {
          if (!this.#failing) process.stderr.write(`demo: stations could not push: ${error.message}\n`);
          this.#failing = true;
        },
      )
      .finally(() => {
        this.#pushing = undefined;
      });
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#pushing;
  }

  async #push(): Promise<void> {
    const { seed, now } = this.options;
    const at = now();
    const key = await this.#key();
    const uploads = [...hourUploads(seed, this.#since, at), ...momentUploads(seed, at)];
    for (let start = 0; start < uploads.length; start += A_REQUEST) {
      const response = await fetch(new URL('/api/v1/readings/batch', this.options.gatewayUrl), {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ uploads: uploads.slice(start, start + A_REQUEST) }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      if (!response.ok) throw new Error(`${response.status} ${(await response.text()).slice(0, 300)}`);
      const { results } = (await response.json()) as UploadResults;
      const refused = results.find(({ status }) => status === 'refused');
      // The registry's facts may still be on their way to ingestion.
      if (refused) throw new Error(`${refused.reason}: ${refused.detail}`);
    }
    this.#since = Math.floor(at / HOUR) * HOUR - HOUR;
  }

  /** Made once and kept for the owner only: nobody can read it again later. */
  async #key(): Promise<string> {
    const file = path.join(this.options.folder, 'station-key.json');
    try {
      return (JSON.parse(readFileSync(file, 'utf8')) as { key: string }).key;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    const made = await this.call('gateway.apiKey.create', {
      name: '桐乡市监测站数据共享平台',
      division: STATION_COUNTY,
      scopes: ['readings:write'],
    });
    writeWhole(file, JSON.stringify({ key: made.key }), 0o600);
    return made.key;
  }
}
