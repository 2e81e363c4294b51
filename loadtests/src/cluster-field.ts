import { randomBytes } from 'node:crypto';
import type {
  FieldApi,
  FieldLoad,
  FieldMark,
  FieldPlaces,
  FieldTask,
  FieldVerdict,
  FromField,
  ToField,
} from '@greenwatch/infra';
import { type Client, connectClient } from '@greenwatch/kit';
import { ApiClient } from './api-client';
import { outletOf, registerDevices, registerPeople, registerPermits } from './bench-devices';
import { LIMIT } from './bench-frames';
import { drained, factsTaken, sleep } from './connect-to-system';
import { checkExactlyOnce } from './exactly-once';
import { ApiImporter } from './fleet/api-importer';
import { HourSender, lastFullHour } from './hour-device';
import { LoadProcess } from './load-process';
import type { Sent } from './sent-ledger';

// A process of its own that the test of a cluster (infra/src/cluster) starts and speaks to by IPC: the devices outside, and
// whoever holds what they sent against what is stored.

/** Shorter than the standard's 10 s: pods come and go all the time here. */
const RESEND_MS = 4_000;
/** Loads have data times one after the other, from so long ago on. */
const HISTORY_MS = 60 * 3_600_000;
const TASK_WITHIN_MS = 90_000;
const FINISH_WITHIN_MS = 180_000;
/** Pods that were deleted a moment ago are in the way of an export. */
const TRIES = 4;
const RETRY_MS = 5_000;
const MINUTES = 60_000;

/** Every run has devices of its own, so that it can be repeated on a system that stays. */
const firstOfRun = (Math.floor(Date.now() / MINUTES) % 4_000) * 20_000;

class Field implements FieldApi {
  #places!: FieldPlaces;
  #administrator: ApiClient | undefined;
  #devices = 0;
  #exceeded = 0;
  #load: { process: LoadProcess; firstTime: number } | undefined;
  readonly #sent: Sent[] = [];
  #nextTime = Math.floor((Date.now() - HISTORY_MS) / 1_000) * 1_000;

  async join(places: FieldPlaces): Promise<void> {
    this.#places = places;
  }

  async logIn(): Promise<string> {
    const account = { username: `cluster-test-${firstOfRun}`, password: randomBytes(12).toString('base64url') };
    await this.#asClient(['gateway'], ({ call }) =>
      call('gateway.account.import', {
        accounts: [{ ...account, name: '集群测试', roles: ['administrator'], division: '330000' }],
      }),
    );
    this.#administrator = await ApiClient.logIn(this.#places.gateway, account.username, account.password);
    const key = { name: 'cluster test', division: '330000' };
    return (await this.#administrator.post<{ key: string }>('/api-keys', key)).key;
  }

  async register(devices: number): Promise<void> {
    if (!this.#administrator) throw new Error('nobody has logged in');
    const importer = new ApiImporter(this.#administrator);
    const range = { first: firstOfRun + this.#devices, count: devices };
    await registerDevices(importer, range);
    await registerPermits(importer, range);
    await registerPeople(importer, range);
    this.#devices += devices;
    // What a service has not heard of it refuses, and who is refused again and again is blocked.
    await this.#asClient([], (client) => factsTaken(client));
  }

  async exceed(): Promise<FieldTask> {
    const device = firstOfRun + this.#exceeded++;
    const begun = performance.now();
    const sender = await HourSender.connect(this.#places.hj212);
    try {
      const answered = sender.send(device, lastFullHour(), LIMIT * 2);
      await Promise.race([answered, after(TASK_WITHIN_MS, `device ${device} got no answer to its hour's packet`)]);
    } finally {
      sender.close();
    }
    for (const until = Date.now() + TASK_WITHIN_MS; Date.now() < until; await sleep(500)) {
      const found = await this.#get<{ items: { id: string }[] }>(`/alarms?outletId=${outletOf(device)}`);
      const alarm = found.items[0]?.id;
      if (alarm === undefined) continue;
      const { items } = await this.#get<{ items: { type: string; state: string }[] }>(`/tasks?alarmId=${alarm}`);
      if (items.length === 0) continue;
      const tasks = items.map(({ type, state }) => `${type} ${state}`);
      return { alarm, tasks, seconds: (performance.now() - begun) / 1_000 };
    }
    throw new Error(`no task within ${TASK_WITHIN_MS / 1_000} s of an hourly mean of twice the limit`);
  }

  async begin({ connections, window, frames }: FieldLoad): Promise<void> {
    const firstTime = this.#nextTime;
    this.#nextTime += frames * 1_000;
    const process = await LoadProcess.start({
      ...{ connections, window, frames, firstTime, firstDevice: firstOfRun, resendMs: RESEND_MS, patient: true },
      addresses: [this.#places.hj212],
    });
    await process.pace(0);
    this.#load = { process, firstTime };
  }

  async pace(perSecond: number): Promise<void> {
    await this.#running().pace(perSecond === 0 ? undefined : perSecond, true);
  }

  async mark(): Promise<FieldMark> {
    return this.#running().mark();
  }

  async finish(): Promise<FieldMark> {
    const process = this.#running();
    const states = await process.finish(FINISH_WITHIN_MS);
    this.#sent.push({ states, firstDevice: firstOfRun, firstTime: this.#load?.firstTime ?? 0 });
    const mark = await process.mark();
    process.stop();
    this.#load = undefined;
    return mark;
  }

  async settle(): Promise<number> {
    const begun = performance.now();
    await this.#asClient([], (client) => drained(client, ['readings', 'rules']));
    return (performance.now() - begun) / 1_000;
  }

  async verdict(): Promise<FieldVerdict> {
    for (let attempt = 1; ; attempt++) {
      try {
        const { examples, ...verdict } = await this.#asClient(['readings'], (client) =>
          checkExactlyOnce(client, this.#places.readingsGrpc, ...this.#sent),
        );
        const unanswered = verdict.attempted - verdict.acknowledged;
        const some = Object.entries(examples).flatMap(([what, all]) => all.slice(0, 3).map((one) => `${what} ${one}`));
        return { ...verdict, unanswered, examples: some };
      } catch (error) {
        if (attempt === TRIES) throw error;
        await sleep(RETRY_MS);
      }
    }
  }

  #running(): LoadProcess {
    if (!this.#load) throw new Error('no load has begun');
    return this.#load.process;
  }

  #get<T>(path: string): Promise<T> {
    if (!this.#administrator) throw new Error('nobody has logged in');
    return this.#administrator.get<T>(path);
  }

  /** Joins for this piece of work only: the NATS that it joins may be deleted in the next minute. */
  async #asClient<T>(services: string[], work: (client: Client) => Promise<T>): Promise<T> {
    const { natsUrl, privateKeyFile, publicKeysFile } = this.#places;
    const client = await connectClient({ issuer: 'demo', natsUrl, privateKeyFile, publicKeysFile, services });
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  }
}

const after = (ms: number, why: string) =>
  new Promise<never>((_, reject) => setTimeout(() => reject(new Error(why)), ms).unref());

const field = new Field();

process.on('message', ({ id, method, args }: ToField) => {
  const told = (answer: Omit<FromField, 'id'>) => process.send?.({ id, ...answer } satisfies FromField);
  (field[method] as (...args: unknown[]) => Promise<unknown>).apply(field, args).then(
    (result) => told({ result }),
    (error: Error) => told({ error: error.stack ?? String(error) }),
  );
});
process.on('disconnect', () => process.exit(1));
