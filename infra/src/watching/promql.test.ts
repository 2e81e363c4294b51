import { readExpression } from './promql';

describe('readExpression', () => {
  test('selectors with their matchers, and what stands around them', () => {
    const { selectors, groupings } = readExpression(`
      # a comment with a name{in="it"}
      histogram_quantile(0.95, sum by (le, way) (rate(rain_seconds_bucket{namespace="$ns", le=~"1|1.0"}[5m]))) > 60
      and on (namespace) group by (namespace) (sun_info offset 1d)
    `);
    expect(selectors).toEqual([
      {
        metric: 'rain_seconds_bucket',
        matchers: [
          { label: 'namespace', op: '=', value: '$ns' },
          { label: 'le', op: '=~', value: '1|1.0' },
        ],
        within: ['histogram_quantile', 'sum', 'rate'],
      },
      { metric: 'sun_info', matchers: [], within: ['group'] },
    ]);
    expect(groupings).toEqual(['le', 'way', 'namespace', 'namespace']);
  });

  test('an aggregation may name its labels behind', () => {
    const { selectors, groupings } = readExpression(
      'max(rain) by (cloud) / ignoring (sky) group_left () sum(wind{sea!=""})',
    );
    expect(selectors.map(({ metric, within }) => [metric, within])).toEqual([
      ['rain', ['max']],
      ['wind', ['sum']],
    ]);
    expect(groupings).toEqual(['cloud', 'sky']);
  });

  test('numbers, ranges and texts are no names', () => {
    expect(readExpression('1e6 * label_replace(a:b:c, "x", "$1", "y", "(.*)") or vector(0) > Inf').selectors).toEqual([
      { metric: 'a:b:c', matchers: [], within: ['label_replace'] },
    ]);
  });

  test('a selector without a name is refused: it would take everything', () => {
    expect(() => readExpression('sum({service="rules"})')).toThrow('without a name');
  });
});
