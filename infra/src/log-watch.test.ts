import { worthShowing } from './log-watch';

test.each([
  ['info is for the file only', '{"level":"info","msg":"stored"}', undefined],
  ['a warning', '{"level":"warn","msg":"NATS is away"}', 'WARN NATS is away'],
  [
    'an error with its cause',
    '{"level":"error","msg":"not stored","err":{"message":"disk full"}}',
    'ERROR not stored: disk full',
  ],
  ['a message that is the cause is said once', '{"level":"fatal","msg":"x","err":{"message":"x"}}', 'FATAL x'],
  [
    'what a crash writes',
    'TypeError: Cannot read properties of undefined',
    'TypeError: Cannot read properties of undefined',
  ],
  ["Moleculer's numbers", '{"level":40,"msg":"timed out"}', 'WARN timed out'],
  ['an empty line', '', undefined],
])('%s', (_, line, shown) => {
  expect(worthShowing(line)).toBe(shown);
});
