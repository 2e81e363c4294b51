import { type Look, resourceReport } from './resource-watch';

const look = (at: number, usage: Look['usage'], measures: Look['measures'] = {}) => ({ at, look: { usage, measures } });
const at = (cpuSeconds: number, memoryMb = 100) => ({ cpuSeconds, memoryMb });

test('cores are the processor time between two looks, cost is all of it over the packets', () => {
  const { services } = resourceReport(
    'x',
    [look(0, { rules: at(10) }), look(2, { rules: at(11) }), look(4, { rules: at(11.5) })],
    1_000,
  );
  expect(services).toEqual([
    {
      name: 'rules',
      cores: [
        [2, 0.5],
        [4, 0.25],
      ],
      memoryMb: [
        [0, 100],
        [2, 100],
        [4, 100],
      ],
      cpuUsPerPacket: 1_500,
    },
  ]);
});

test('a process that was started again counts from its begin, one that is away for a while leaves a gap', () => {
  const { services } = resourceReport('x', [look(0, { rules: at(10) }), look(2, {}), look(4, { rules: at(1) })], 0);
  expect(services[0]?.cores).toEqual([[4, 0.25]]);
  expect(services[0]).not.toHaveProperty('cpuUsPerPacket');
});

test('a measure that one look lacks is no number there', () => {
  const { measures } = resourceReport('x', [look(0, {}, { greenwatch_log_pending: 5 }), look(2, {})], 0);
  expect(measures).toEqual([
    {
      name: 'messages waiting on the log',
      unit: '',
      points: [
        [0, 5],
        [2, Number.NaN],
      ],
    },
  ]);
});
