import { fieldsOf, K6Lines, thresholdsOf } from './k6-lines';

const HEAD = 'metric_name,timestamp,metric_value,expected_response,name,scenario,status,extra_tags,metadata';
const BEGUN = 1_700_000_000;
const lines = (...more: string[]) => {
  const read = new K6Lines(BEGUN, 5);
  for (const line of [HEAD, ...more]) read.add(line);
  return read;
};
const request = (second: number, ms: number, name = 'tasks', failed = 0) => [
  `http_req_duration,${BEGUN + second},${ms},true,${name},officers_day,200,,`,
  `http_req_failed,${BEGUN + second},${failed},true,${name},officers_day,200,,`,
];

test('requests of five seconds are a point, each with its percentiles', () => {
  const read = lines(...request(0, 10), ...request(4, 30), ...request(5, 100));
  expect(read.points()).toEqual([
    { at: 2.5, requests: 0.4, failed: 0, p50: 10, p95: 30, p99: 30 },
    { at: 7.5, requests: 0.2, failed: 0, p50: 100, p95: 100, p99: 100 },
  ]);
});

test('requests by name, the most frequent first; a failed one counts as such', () => {
  const read = lines(...request(0, 10), ...request(1, 20, 'map'), ...request(2, 30, 'map', 1));
  expect(read.requestsByName()).toEqual([
    { name: 'map', count: 2, p50: 20, p95: 30, p99: 30, failed: 1 },
    { name: 'tasks', count: 1, p50: 10, p95: 10, p99: 10, failed: 0 },
  ]);
  expect(read).toMatchObject({ requests: 3, failed: 1 });
});

test('iterations that nobody was free for are added up; other metrics are not looked at', () => {
  const read = lines(`dropped_iterations,${BEGUN},3,,,x,,,`, `dropped_iterations,${BEGUN},2,,,x,,,`, 'vus,1,5,,,,,,');
  expect(read.dropped).toBe(5);
  expect(read.points()).toEqual([]);
});

test('what stands before the heading is no measurement', () => {
  const read = new K6Lines(BEGUN, 5);
  read.add(request(0, 10)[0] as string);
  expect(read.requests).toBe(0);
});

test.each([
  ['a,b,,d', ['a', 'b', '', 'd']],
  ['a,"b,c",d', ['a', 'b,c', 'd']],
  ['"say ""hi""",x,', ['say "hi"', 'x', '']],
])('a line of CSV: %s', (line, expected) => {
  expect(fieldsOf(line)).toEqual(expected);
});

test('thresholds with the figure they judge, those that were missed first', () => {
  const metrics = {
    checks: { values: { rate: 1 }, thresholds: { 'rate>0.999': { ok: true } } },
    'http_req_duration{name:map}': { values: { 'p(95)': 812.5 }, thresholds: { 'p(95)<500': { ok: false } } },
    dropped_iterations: { values: {}, thresholds: { 'count==0': { ok: true } } },
  };
  expect(thresholdsOf({ metrics })).toEqual([
    { metric: 'http_req_duration{name:map}', bound: 'p(95)<500', kept: false, value: 812.5 },
    { metric: 'checks', bound: 'rate>0.999', kept: true, value: 1 },
    { metric: 'dropped_iterations', bound: 'count==0', kept: true },
  ]);
});
