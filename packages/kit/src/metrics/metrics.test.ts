import { Metrics } from './metrics';
import { METRICS, type MetricDefinition } from './registry';

const definitions: [string, MetricDefinition][] = Object.entries(METRICS);

describe('the registry', () => {
  it.each(definitions)('%s is named as Prometheus advises', (name, { type, unit, labels, buckets, help }) => {
    expect(name).toMatch(/^greenwatch_[a-z0-9_]+$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    if (type === 'histogram') expect(name).toMatch(/_(seconds|bytes)$/);
    if (unit === 'seconds' || unit === 'bytes') expect(name).toMatch(new RegExp(`_${unit}(_total)?$`));
    expect(buckets !== undefined).toBe(type === 'histogram');
    expect([...(buckets ?? [])].sort((a, b) => a - b)).toEqual(buckets ?? []);
    expect(Object.keys(labels)).not.toContain('service');
    expect(help).not.toMatch(/[\n.]$/);
  });
});

describe('metrics in Prometheus text format', () => {
  it('counts by label, and once for what is made twice', async () => {
    const metrics = new Metrics();
    metrics.counter('greenwatch_ingestion_packets_total', { way: 'hj212' }).add(3);
    metrics.counter('greenwatch_ingestion_packets_total', { way: 'hj212' }).add();
    metrics.counter('greenwatch_ingestion_packets_total', { way: 'mqtt' });
    expect(await metrics.text()).toBe(
      [
        `# HELP greenwatch_ingestion_packets_total ${METRICS.greenwatch_ingestion_packets_total.help}`,
        '# TYPE greenwatch_ingestion_packets_total counter',
        'greenwatch_ingestion_packets_total{way="hj212"} 4',
        'greenwatch_ingestion_packets_total{way="mqtt"} 0',
        '',
      ].join('\n'),
    );
  });

  it('has a counter for every value of a closed label from the start', async () => {
    const metrics = new Metrics();
    metrics.counters('greenwatch_ingestion_refusals_total', 'cause').crc.add(2);
    const text = await metrics.text();
    expect(text).toContain('{cause="crc"} 2');
    expect(text).toContain('{cause="garbage"} 0');
  });

  it('sums a histogram from bucket to bucket, bounds included', async () => {
    const metrics = new Metrics();
    const histogram = metrics.histogram('greenwatch_ingestion_answer_seconds');
    histogram.observe(0.005);
    histogram.observe(0.02, 10);
    histogram.observe(99);
    const lines = (await metrics.text()).split('\n').filter((line) => !line.startsWith('#'));
    const of = (suffix: string) => lines.find((line) => line.includes(suffix))?.split(' ')[1];
    expect(of('le="0.005"')).toBe('1');
    expect(of('le="0.01"')).toBe('1');
    expect(of('le="0.025"')).toBe('11');
    expect(of('le="30"')).toBe('11');
    expect(of('le="+Inf"')).toBe('12');
    expect(of('_count')).toBe('12');
    expect(Number(of('_sum'))).toBeCloseTo(99.205, 6);
  });

  it('writes what a label may not hold as it is', async () => {
    const metrics = new Metrics();
    metrics.gauge('greenwatch_build_info', { version: 'a"b\\c\nd' }).set(1);
    expect(await metrics.text()).toContain('{version="a\\"b\\\\c\\nd"} 1');
  });

  it('asks once for everybody who scrapes within 15 s, and leaves out what it cannot find out', async () => {
    const failures: string[] = [];
    const metrics = new Metrics((error, names) => failures.push(`${names.join()}: ${(error as Error).message}`));
    let asked = 0;
    metrics.ask(['greenwatch_outbox_pending'], async () => {
      asked++;
      metrics.gauge('greenwatch_outbox_pending').set(7);
    });
    metrics.ask(['greenwatch_alarms_open'], async () => {
      metrics.gauge('greenwatch_alarms_open').set(1);
      throw new Error('away');
    });
    metrics.read('greenwatch_sse_clients', () => asked);
    const [text] = await Promise.all([metrics.text(), metrics.text()]);
    expect(text).toContain('greenwatch_outbox_pending 7\n');
    expect(text).not.toContain('greenwatch_alarms_open');
    expect(await metrics.text()).toContain('greenwatch_sse_clients 1\n');
    expect(asked).toBe(1);
    expect(failures).toEqual(['greenwatch_alarms_open: away']);
  });
});
