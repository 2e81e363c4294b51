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
beforeAll(async () => {
  servers = await testServers();
});
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
  return { start: () => runService(definition, env), kit: () => kit as Kit };
}

const numbersOf = (seen: string[], partition: number) =>
  seen.filter((line) => line.split(' ')[1] === String(partition)).map((line) => Number(line.split(' ')[2]));

describe('a consumer group on the READINGS log (design.md 4)', () => {
  it('shares partitions between instances, keeps their order, and loses nothing when one stops', async () => {
    const seen: string[] = [];
    const first = worker('one', seen, { times: 0 });
    const running: RunningService[] = [await first.start()];
    const second = worker('two', seen, { times: 0 });
    running.push(await second.start());
    let next = 1;
    const publish = async (count: number) => {
      for (let i = 0; i < count; i++, next++) {
        for (let partition = 0; partition < 4; partition++) {
          await second.kit().readingsLog.publish(partition, encodeBatch([packet('M', next)]));
        }
      }
    };
    await publish(50);
    await until(() => seen.length >= 200);
    await running[0]?.stop();
    await publish(50);
    await until(() => new Set(seen.map((line) => line.slice(4))).size === 400);
    for (let partition = 0; partition < 4; partition++) {
      expect([...new Set(numbersOf(seen, partition))]).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    }
    await running[1]?.stop();
  });

  it('handles a batch again after an error, in order', async () => {
    const seen: string[] = [];
    const fail = { times: 2 };
    const one = worker('one', seen, fail);
    const running = await one.start();
    const before = Date.now();
    for (let i = 0; i < 10; i++) {
      await one.kit().readingsLog.publish(2, encodeBatch([packet('M', before + i)]));
    }
    await until(() => numbersOf(seen, 2).filter((n) => n >= before).length >= 10);
    expect([...new Set(numbersOf(seen, 2).filter((n) => n >= before))]).toEqual(
      Array.from({ length: 10 }, (_, i) => before + i),
    );
    await running.stop();
  });
});
