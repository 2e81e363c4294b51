import { Agent, get } from 'node:http';
import { type TestServers, testServers } from '@greenwatch/testkit';
import { runningGateway } from './running-gateway';

let servers: TestServers;
beforeAll(async () => {
  servers = await testServers();
}, 120_000);
afterAll(() => servers?.stop(), 30_000);

const ask = (url: string, agent: Agent): Promise<{ status: number; connection: string | undefined }> =>
  new Promise((resolve, reject) => {
    get(url, { agent }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, connection: answer.headers.connection }));
    }).on('error', reject);
  });

test('a gateway that will stop answers as before and ends kept connections by their last answer, so that nobody gets a 503', async () => {
  const gateway = await runningGateway(servers, { STOP_DELAY_S: '2' });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const url = `${gateway.base}/api/openapi.json`;
    expect(await ask(url, agent)).toEqual({ status: 200, connection: 'keep-alive' });
    const stopped = gateway.stop();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await ask(url, agent)).toEqual({ status: 200, connection: 'close' });
    expect(await ask(url, agent)).toEqual({ status: 200, connection: 'close' });
    await stopped;
    await expect(ask(url, agent)).rejects.toThrow('ECONNREFUSED');
  } finally {
    agent.destroy();
  }
}, 120_000);
