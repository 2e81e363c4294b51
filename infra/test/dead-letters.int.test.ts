import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { connectNats, deadLetter, ensureStreams, type Nats } from '@greenwatch/kit';
import { headers } from '@nats-io/transport-node';
import { System } from '../src';

const system = new System({ only: [] });
const main = path.join(__dirname, '../dist/operating/main.js');
let rules: Nats;
let ingestion: Nats;
/** What `list` said of a stream that had never held a letter. */
let listedEmpty: string;

/** What the command says with the log-in of operations. @throws what it complains of */
const command = async (...args: string[]) => {
  const env = { ...process.env, ...system.environment('operations') };
  return (await promisify(execFile)(process.execPath, [main, 'dead-letters', ...args], { env })).stdout;
};

/** Publishes a message and has a service give it up. @returns its letter's number */
async function givenUp(nats: Nats, service: string, stream: string, subject: string, data: string): Promise<void> {
  const told = headers();
  told.set('traceparent', `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`);
  const { seq } = await nats.js.publish(subject, data, { headers: told });
  const config = { filter_subject: subject, ack_policy: 'explicit', durable_name: `for-${seq}`, opt_start_seq: seq };
  await rules.jsm.consumers.add(stream, { ...config, deliver_policy: 'by_start_sequence' } as never);
  const consumer = await rules.js.consumers.get(stream, config.durable_name);
  const message = await consumer.next({ expires: 5_000 });
  if (!message) throw new Error(`${subject} did not come`);
  const type = stream === 'FACTS' ? 'facts' : 'readings';
  await deadLetter(rules, `deadletter.${service}.${type}`, message, new Error(`no place for ${data}`), 8);
  await rules.jsm.consumers.delete(stream, config.durable_name);
}

const letters = async () => (await rules.jsm.streams.info('DEADLETTER')).state.messages;
/** The newest message of a subject. */
const newest = (stream: string, subject: string) => rules.jsm.streams.getMessage(stream, { last_by_subj: subject });

beforeAll(async () => {
  await system.start();
  [rules, ingestion] = (await Promise.all(
    ['rules', 'ingestion'].map((name) => connectNats(system.environment(name).NATS_URL as string, name)),
  )) as [Nats, Nats];
  await ensureStreams(rules.jsm, { readingsRetentionHours: 1, replicas: 1 });
  listedEmpty = await command('list');
  await givenUp(rules, 'rules', 'FACTS', 'facts.rules.alarm.opened', 'one');
  await givenUp(rules, 'rules', 'FACTS', 'facts.rules.alarm.closed', 'two');
  await givenUp(ingestion, 'rules', 'READINGS', 'readings.3', 'three');
}, 60_000);
afterAll(async () => {
  await Promise.all([rules?.connection.close(), ingestion?.connection.close()]);
  await system.stop();
});

test('lists what was set aside, of all services or of one', async () => {
  expect(listedEmpty).toBe('no dead letters\n');
  const lines = (await command('list')).trim().split('\n');
  expect(lines.map((line) => line.replace(/\d{4}-\d\d-\d\dT\S+Z/, 'TIME').replace(/ {2,}/g, '  '))).toEqual([
    'number  set aside  service  from  tries  error',
    expect.stringMatching(/^ *1 {2}TIME {2}rules {2}facts\.rules\.alarm\.opened {2}8 {2}Error: no place for one$/),
    expect.stringMatching(/^ *2 {2}TIME {2}rules {2}facts\.rules\.alarm\.closed {2}8 {2}Error: no place for two$/),
    expect.stringMatching(/^ *3 {2}TIME {2}rules {2}readings\.3 {2}8 {2}Error: no place for three$/),
  ]);
  expect(await command('list', '--service', 'tasking')).toBe('no dead letters\n');
});

test('a number that is not there: nothing is done', async () => {
  await expect(command('replay', '1', '99')).rejects.toThrow('there is no dead letter 99; nothing was done');
  await expect(command('drop', 'x')).rejects.toThrow('NUMBER is "x": a whole number from 1 is expected');
  await expect(command('replay', '1', '--service', 'rules')).rejects.toThrow('--service goes with');
  expect(await letters()).toBe(3);
});

test('one that is played again is told once more as it was, with its trace, and is no dead letter any more', async () => {
  const before = await newest('FACTS', 'facts.rules.alarm.opened');
  expect(await command('replay', '1')).toMatch(/\npublished again: 1\n$/);
  const again = await newest('FACTS', 'facts.rules.alarm.opened');
  expect(again?.seq).toBeGreaterThan(before?.seq as number);
  expect(again?.string()).toBe('one');
  expect(again?.header.get('traceparent')).toBe(`00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`);
  expect(await letters()).toBe(2);
});

test('one that is dropped is gone and told nobody', async () => {
  const before = await newest('FACTS', 'facts.rules.alarm.closed');
  expect(await command('drop', '2')).toMatch(/\ntaken out: 1\n$/);
  expect((await newest('FACTS', 'facts.rules.alarm.closed'))?.seq).toBe(before?.seq);
  expect(await letters()).toBe(1);
});

test('all of a service at once, a message of the log too', async () => {
  expect(await command('replay', 'all', '--service', 'rules')).toMatch(/readings\.3[\s\S]*published again: 1\n$/);
  expect((await newest('READINGS', 'readings.3'))?.string()).toBe('three');
  expect((await rules.jsm.streams.info('READINGS')).state.messages).toBe(2);
  expect(await command('list')).toBe('no dead letters\n');
});
