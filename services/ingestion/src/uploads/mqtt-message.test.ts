import { readMqttTopic, readUploads } from './mqtt-message';
import { UploadRefused } from './upload-refused';

it.each([
  ['devices/M1/frames', { mn: 'M1', form: 'frames' }],
  ['devices/88888880000001/readings', { mn: '88888880000001', form: 'readings' }],
  ['devices/M1/commands', undefined],
  ['devices/M1/readings/x', undefined],
  ['devices/a.b/readings', undefined],
  ['devices/+/readings', undefined],
  ['facts/M1/readings', undefined],
])('topic %s', (topic, read) => {
  expect(readMqttTopic(topic)).toEqual(read);
});

const one = { kind: 'hour', dataTime: '2026-11-22T09:00:00+08:00', values: { w01018: { Avg: '1' } } };
const read = (sent: unknown, own = false) => readUploads('M1', Buffer.from(JSON.stringify(sent)), own);

it('one upload or a list; the MN is that of the topic', () => {
  expect(read(one)).toEqual([{ mn: 'M1', ...one }]);
  expect(read([one, { ...one, mn: 'M1' }])).toHaveLength(2);
});
it('a device whose profile reads its own JSON: the whole message is that', () => {
  expect(read([1, 2], true)).toEqual([{ mn: 'M1', payload: [1, 2] }]);
});
it.each([
  ["another device's", { ...one, mn: 'M2' }],
  ['a field too many', { ...one, pw: 'x' }],
  ['no values', { ...one, values: undefined }],
  ['values that are a list', { ...one, values: { w01018: ['1'] } }],
  ['no object', 7],
  ['an empty list', []],
  ['too many', Array.from({ length: 1_001 }, () => one)],
])('%s is refused', (_what, sent) => {
  expect(() => read(sent)).toThrow(UploadRefused);
});
