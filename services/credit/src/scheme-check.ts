import type { SchemeContent } from './rate';

export interface SchemeProblem {
  field: string;
  expected: string;
}

/** What a scheme must be beside its schema, so that every score can be computed and explained; empty when it may be published. */
export function schemeProblems(scheme: SchemeContent): SchemeProblem[] {
  const problems: SchemeProblem[] = [];
  const wrong = (field: string, expected: string) => problems.push({ field, expected });
  const once = (list: string, field: string, ids: string[]) =>
    ids.forEach((id, i) => {
      if (ids.indexOf(id) < i) wrong(`${list}.${i}.${field}`, `expected each ${field} once, got ${id} again`);
    });
  once(
    'indicators',
    'id',
    scheme.indicators.map(({ id }) => id),
  );
  once(
    'rules',
    'id',
    scheme.rules.map(({ id }) => id),
  );
  once(
    'vetoes',
    'id',
    scheme.vetoes.map(({ id }) => id),
  );
  once(
    'colours',
    'colour',
    scheme.colours.map(({ colour }) => colour),
  );
  scheme.colours.forEach(({ from }, i) => {
    const better = scheme.colours[i - 1];
    if (better && from >= better.from)
      wrong(`colours.${i}.from`, `expected less than ${better.from}, the colour before`);
  });
  const points = scheme.kind === 'points';
  if (points) {
    if (scheme.start === undefined) wrong('start', 'is required of a points scheme');
    if (scheme.max === undefined) wrong('max', 'is required of a points scheme');
    if (scheme.indicators.length > 0) wrong('indicators', 'expected none: the scheme counts points');
  } else {
    const sum = scheme.indicators.reduce((total, { weight }) => total + weight, 0);
    if (Math.abs(sum - 100) > 1e-6) wrong('indicators', `expected weights that add up to 100, got ${sum}`);
    if (scheme.start !== undefined) wrong('start', 'is not known to a scheme of indicators');
    if (scheme.max !== undefined) wrong('max', 'is not known to a scheme of indicators');
    if (scheme.clean) wrong('clean', 'is not known to a scheme of indicators');
  }
  scheme.rules.forEach((rule, i) => {
    const of = (field: string) => `rules.${i}.${field}`;
    if (points) {
      if (rule.points === undefined) wrong(of('points'), 'is required in a points scheme');
      for (const field of ['indicator', 'score', 'repeat', 'bands'] as const) {
        if (rule[field] !== undefined) wrong(of(field), 'is not known to a points scheme');
      }
      return;
    }
    if (!scheme.indicators.some(({ id }) => id === rule.indicator)) {
      wrong(of('indicator'), `expected an indicator of the scheme, got ${rule.indicator ?? 'none'}`);
    }
    if ((rule.score === undefined) === (rule.bands === undefined)) wrong(of('score'), 'expected either score or bands');
    for (const field of ['points', 'validMonths', 'atMost'] as const) {
      if (rule[field] !== undefined) wrong(of(field), 'is not known to a scheme of indicators');
    }
    rule.bands?.forEach(({ from, to }, b) => {
      if (to <= from) wrong(of(`bands.${b}.to`), `expected more than ${from}`);
    });
  });
  scheme.vetoes.forEach((item, i) => {
    if (!scheme.colours.some(({ colour }) => colour === item.colour)) {
      wrong(`vetoes.${i}.colour`, `expected a colour of the scheme, got ${item.colour}`);
    }
  });
  return problems;
}
