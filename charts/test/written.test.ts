import { readFileSync } from 'node:fs';
import path from 'node:path';
import { chartsFolder } from '../../infra/src/charts/chart-plan';
import { serviceValues, withGlobal } from '../../infra/src/charts/compose';
import { describeSetting, ownSettings } from '../../infra/src/charts/setting-names';
import { printJson } from '../../infra/src/charts/value-schemas';
import { writtenFiles } from '../../infra/src/charts/written-files';
import { loadSource } from './declarations';

const files = writtenFiles(loadSource);

test.each([...files.keys()])('%s is what `npm run charts` writes', (file) => {
  expect(readFileSync(path.join(chartsFolder, file), 'utf8')).toBe(files.get(file));
});

describe('values of a service', () => {
  const shared = {
    service:
      'autoscaling:\n  # more\n  max: 1\n  # waits\n  backlog: {}\nnetwork:\n  to: []\n  # who\n  from: []\nsecrets: {}\nsettings: {}\n',
    global: 'global: {}\n',
  };
  const write = (facts: string) =>
    serviceValues('x', facts, { A: { type: 'integer', default: 1, description: 'what' } }, shared);

  test('what the service is not, it has no values for', () => {
    expect(write('{}')).not.toMatch(/backlog|waits|from:|# who$/m);
    expect(write('{log: x, open: [p]}')).toMatch(/# waits\n {2}backlog.*# who\n {2}from/s);
  });

  test('its own values replace the shared ones, settings with their comments', () => {
    const text = write('values:\n  autoscaling: {max: 2}\n  settings:\n    # why\n    A: 3\n');
    expect(text).toContain('# more\n  max: 2');
    expect(text).toContain('settings:\n  # why\n  A: 3\n');
  });

  test('a value that is no shared one is refused', () => {
    expect(() => write('values: {autoscaling: {most: 2}}')).toThrow(
      'x/service.yaml: values.autoscaling.most is no shared value',
    );
  });

  test('each setting is told with its bounds', () => expect(write('{}')).toContain('#   A: 1  # whole number; what'));

  test('the shared part of a chart written by hand is replaced, the rest kept', () => {
    const once = withGlobal('a: 1\n', shared);
    expect(withGlobal(once, { ...shared, global: 'global: {b: 1}\n' })).toBe(
      once.replace('global: {}', 'global: {b: 1}'),
    );
  });
});

test.each([
  [{ type: 'integer', minimum: 1, maximum: 3 }, 'whole number, 1 to 3'],
  [{ type: 'number', exclusiveMinimum: 0 }, 'number, from 0'],
  [{ type: 'number', maximum: 1 }, 'number, up to 1'],
  [{ type: 'boolean', description: 'why' }, 'true or false; why'],
  [{ type: 'string', enum: ['a', 'b'] }, 'a, b'],
  [{ type: 'string', pattern: '^x$', maxLength: 2 }, 'text like ^x$, at most 2 characters'],
])('%j reads "%s"', (schema, text) => expect(describeSetting(schema)).toBe(text));

test('what the chart sets is no setting', () => {
  const declared = Object.fromEntries(
    ['NATS_URL', 'READINGS_GRPC', 'OWN', 'WEB_ROOT', 'SMPP_URL', 'COLD_FOLDER'].map((name) => [name, {}]),
  );
  const facts = {
    calls: ['readings'],
    environment: { WEB_ROOT: '/w' },
    optionalCredentials: ['SMPP_URL'],
    coldStorage: true,
  };
  expect(Object.keys(ownSettings(facts, declared))).toEqual(['OWN']);
});

test.each([
  [{}, '{}'],
  [[], '[]'],
  [{ a: ['b', 1] }, '{\n  "a": ["b", 1]\n}'],
  [[{ a: 1 }], '[\n  {\n    "a": 1\n  }\n]'],
  [{ a: ['x'.repeat(60), 'y'.repeat(60)] }, `{\n  "a": [\n    "${'x'.repeat(60)}",\n    "${'y'.repeat(60)}"\n  ]\n}`],
])('%j is printed as the formatter does', (value, text) => expect(printJson(value)).toBe(text));
