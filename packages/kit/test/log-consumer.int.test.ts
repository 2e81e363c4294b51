import { readingsLog } from '@greenwatch/contracts';
import { serviceEnvironment, type TestServers, testServers } from '@greenwatch/testkit';
import { Type } from '@sinclair/typebox';
import {
  defineService,
  encodeBatch,
  type Kit,
  type LogMessage,
  type LogPacket,
  type RunningService,
  runService,
} from '../src';

let servers: TestServers;
const running: RunningService[] = [];
beforeAll(async () => {
  servers = await testServers();
});
afterEach(() => Promise.all(running.splice(0).map((service) => service.stop())));
afterAll(() => servers.stop());

const until = async (condition: () => boolean, ms = 25_000) => {
  const end = Date.now() + ms;
  while (!condition()) {
    if (Date.now() > end) throw new Error('it did not become true in time');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
};

const packet = (mn: string, dataTime: number): LogPacket => ({
  mn,
  kind: readingsLog.Kind.KIND_REALTIME,
  dataTime,
  receivedAt: dataTime,
  fields: 'w01018-Rtd=1',
  raw: Buffer.from('##'),
});

function worker(instance: string, seen: string[], fail: { times: number }) {
  let kit: Kit | undefined;
  const definition = defineService({
    name: 'readings',
    config: Type.Object({}),
    create(given) {
      kit = given;
      return {
        partitions: [
          {
            group: 'test',
            async handle(messages: LogMessage[]) {
              if (fail.times-- > 0) throw new Error('cannot');
              for (const { partition, batch } of messages) {
                for (const { dataTime } of batch.packets) seen.push(`${instance} ${partition} ${dataTime}`);
              }
            },
          },
        ],
      };
    },
  });
  const env = serviceEnvironment(servers, 'readings', { INSTANCE: instance, READINGS_PARTITIONS: '4' });
  const start = async () => {
    const service = await runService(definition, env);
    running.push(service);
    return service;
  };
  return { start, kit: () => kit as Kit };
}

const numbersOf = (seen: string[], partition: number) =>
  seen.filter((line) => line.split(' ')[1] === String(partition)).map((line) => Number(line.split(' ')[2]));

describe('a consumer group on the READINGS log (design.md 4)', () => {
  it('shares partitions between instances, keeps their order, and loses nothing when one stops', async () => {
    const seen: string[] = [];
    const first = worker('one', seen, { times: 0 });
    const one = await first.start();
    const second = worker('two', seen, { times: 0 });
    await second.start();
    let next = 1;
    const publish = async () => {
      for (let partition = 0; partition < 4; partition++) {
        await second.kit().readingsLog.publish(partition, encodeBatch([packet('M', next)]));
      }
      next++;
    };
    while (next <= 50) await publish();
    await until(() => seen.length >= 200);
    let stopped = false;
    running.splice(running.indexOf(one), 1);
    const stopping = one.stop().then(() => {
      stopped = true;
    });
    while (!stopped || next <= 200) await publish();
    await stopping;
    const published = next - 1;
    await until(() => new Set(seen.map((line) => line.slice(4))).size === 4 * published);
    for (let partition = 0; partition < 4; partition++) {
      expect(numbersOf(seen, partition)).toEqual(Array.from({ length: published }, (_, i) => i + 1));
    }
  });

  it('an instance that comes later is given its share, and no message is handled by both', async () => {
    const seen: string[] = [];
    const first = worker('early', seen, { times: 0 });
    await first.start();
    const second = worker('late', seen, { times: 0 });
    await second.start();
    const begun = Date.now() + 1_000_000;
    let next = begun;
    const partitionsOf = (instance: string) =>
      new Set(seen.slice(-8).flatMap((line) => (line.startsWith(`${instance} `) ? [line.split(' ')[1]] : []))).size;
    while (partitionsOf('late') < 2 || partitionsOf('early') < 2) {
      if (Date.now() > begun - 1_000_000 + 50_000)
        throw new Error(`it was given nothing: ${seen.slice(-8).join(', ')}`);
      for (let partition = 0; partition < 4; partition++) {
        await first.kit().readingsLog.publish(partition, encodeBatch([packet('M', next)]));
      }
      next++;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const handled = seen.filter((line) => Number(line.split(' ')[2]) >= begun).map((line) => line.replace(/^\w+ /, ''));
    await until(() => seen.filter((line) => Number(line.split(' ')[2]) >= begun).length >= 4 * (next - begun));
    expect(new Set(handled).size).toBe(handled.length);
    for (let partition = 0; partition < 4; partition++) {
      const numbers = numbersOf(seen, partition).filter((n) => n >= begun);
      expect(numbers).toEqual(Array.from({ length: next - begun }, (_, i) => begun + i));
    }
  }, 90_000);

  it('handles a batch again after an error, in order', async () => {
    const seen: string[] = [];
    const fail = { times: 2 };
    const one = worker('one', seen, fail);
    await one.start();
    const before = Date.now();
    for (let i = 0; i < 10; i++) {
      await one.kit().readingsLog.publish(2, encodeBatch([packet('M', before + i)]));
    }
    await until(() => numbersOf(seen, 2).filter((n) => n >= before).length >= 10);
    expect([...new Set(numbersOf(seen, 2).filter((n) => n >= before))]).toEqual(
      Array.from({ length: 10 }, (_, i) => before + i),
    );
  });
});
