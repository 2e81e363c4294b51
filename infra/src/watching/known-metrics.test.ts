import { needsCluster, wrongNames } from './known-metrics';
import type { Registry } from './metrics-page';

const registry: Registry = {
  rain_total: {
    ...{ type: 'counter', help: '', unit: 'count', services: 'all', extent: 'instance' },
    labels: { cloud: ['grey', 'white'] },
  },
  rain_seconds: {
    ...{ type: 'histogram', help: '', unit: 'seconds', services: 'all', extent: 'instance', buckets: [0.5, 1] },
    labels: {},
  },
  wet_fields: {
    ...{ type: 'gauge', help: '', unit: 'count', services: 'all', extent: 'deployment', labels: { field: 'its name' } },
  },
};
const recorded = [{ record: 'namespace:rain:rate5m', labels: ['namespace'] }];

test.each([
  ['sum by (cloud, service) (rate(rain_total{namespace="$namespace", cloud=~"grey|white"}[5m]))', []],
  ['histogram_quantile(0.5, sum by (le) (rate(rain_seconds_bucket{le=~"1|1.0"}[5m])))', []],
  ['max by (field) (wet_fields) and on (namespace) namespace:rain:rate5m', []],
  ['rate(process_cpu_seconds_total[5m])', []],
  ['sum by (pod, reason) (kube_pod_status_reason{phase="x"})', []],
  ['rate(snow_total[5m])', ['snow_total is neither in the registry nor recorded']],
  ['rate(rain_seconds[5m])', ['rain_seconds is neither in the registry nor recorded']],
  ['rate(rain_total_count[5m])', ['rain_total_count is neither in the registry nor recorded']],
  ['rate(rain_total{colour="grey"}[5m])', ['rain_total has no label colour']],
  ['rate(rain_total{cloud="black"}[5m])', ['rain_total: cloud is never black']],
  ['rate(rain_seconds_bucket{le="2"}[5m])', ['rain_seconds_bucket: le is never 2']],
  ['sum by (field) (rain_total)', ['none of the metrics has the label field']],
  ['sum(wet_fields)', ['wet_fields is told alike by every instance: take max of it']],
])('%s', (expression, wrong) => {
  expect(wrongNames(expression, registry, recorded)).toEqual(wrong);
});

test('what the cluster tells is told apart from what we tell', () => {
  expect(needsCluster('kube_pod_info * on (pod) rain_total')).toBe(true);
  expect(needsCluster('rain_total')).toBe(false);
});
