import { prometheusReport, type RangeSeries } from './prometheus-watch';

const FROM = 1_700_000_000;
const series = (service: string, ...values: [number, string][]): RangeSeries => ({
  metric: service ? { service } : {},
  values: values.map(([at, value]) => [FROM + at, value]),
});

test('cores and memory by service; cost is the core seconds over the packets', () => {
  const cores = [series('rules', [0, '0.5'], [10, '0.1'], [20, '0.1'])];
  const { services } = prometheusReport(FROM, 1_000, cores, [series('rules', [0, '250000000'])], []);
  expect(services).toEqual([
    {
      name: 'rules',
      cores: [
        [0, 0.5],
        [10, 0.1],
        [20, 0.1],
      ],
      memoryMb: [[0, 250]],
      // 0.5 cores for 10 s and 0.1 for 10 s: 6 core seconds.
      cpuUsPerPacket: 6_000,
    },
  ]);
});

test('a service that has memory and no processor time yet is there; without a fleet there is no cost a packet', () => {
  const { services } = prometheusReport(FROM, 0, [], [series('fraud', [5, '1e6'])], []);
  expect(services).toEqual([{ name: 'fraud', cores: [], memoryMb: [[5, 1]] }]);
});

test('measures that nobody has are left out, the others keep their names; a quantile of nothing is no number', () => {
  const { measures } = prometheusReport(FROM, 0, [], [], [[], [series('', [0, '0.004'], [5, 'NaN'])]]);
  expect(measures).toEqual([
    {
      name: 'frame cut to 9014 written, p99',
      unit: 's',
      points: [
        [0, 0.004],
        [5, Number.NaN],
      ],
    },
  ]);
});
