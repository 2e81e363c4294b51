import { subjectMatches } from './facts';

it.each([
  ['facts.rules.alarm.raised', 'facts.rules.alarm.raised', true],
  ['facts.rules.alarm.*', 'facts.rules.alarm.raised', true],
  ['facts.*.alarm.raised', 'facts.rules.alarm.raised', true],
  ['facts.rules.>', 'facts.rules.alarm.raised', true],
  ['facts.rules.alarm.raised.>', 'facts.rules.alarm.raised', false],
  ['facts.rules.alarm', 'facts.rules.alarm.raised', false],
  ['facts.rules.alarm.*', 'facts.rules.alarm', false],
  ['facts.rules.task.*', 'facts.rules.alarm.raised', false],
])('%s matches %s: %s', (pattern, subject, expected) => {
  expect(subjectMatches(pattern, subject)).toBe(expected);
});
