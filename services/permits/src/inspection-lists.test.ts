import type { InspectionList, InspectionResult } from '@greenwatch/contracts';
import { inspectionList, inspectionListFor, inspectionProblems } from './inspection-lists';

const itemsOf = (list: InspectionList) => list.groups.flatMap((group) => group.items);
const dyeing = inspectionList('dyeing-1') as InspectionList;
const allOk: InspectionResult[] = itemsOf(dyeing).map(({ id }) => ({ item: id, result: 'ok' }));

it.each(['dyeing-1', 'chemical-1', 'paper-1', 'general-1'])(
  'Tongxiang: %s has 6 groups and 49 items, each once',
  (id) => {
    const list = inspectionList(id) as InspectionList;
    expect(list.groups).toHaveLength(6);
    const items = itemsOf(list);
    expect(items).toHaveLength(49);
    for (const key of ['id', 'text', 'textEn'] as const) expect(new Set(items.map((item) => item[key])).size).toBe(49);
  },
);

it.each([
  ['1713', 'dyeing-1'],
  ['C1713', 'dyeing-1'],
  ['2614', 'chemical-1'],
  ['2221', 'paper-1'],
  ['4411', 'general-1'],
  ['', 'general-1'],
])('industry %s uses %s', (code, id) => {
  expect(inspectionListFor(code)).toBe(id);
});

it.each<[string, InspectionResult[], { field: string; expected: string }[]]>([
  ['everything answered', allOk, []],
  [
    'a problem without a remark',
    [{ item: 'A1', result: 'problem' }, ...allOk.slice(1)],
    [{ field: 'results.0.remark', expected: 'is needed: what the problem is' }],
  ],
  ['one item left out', allOk.slice(1), [{ field: 'results', expected: 'must answer every item, also A1' }]],
  [
    'an item of no list',
    [...allOk, { item: 'Z9', result: 'ok' }],
    [{ field: 'results.49.item', expected: 'must be an item of the list dyeing-1' }],
  ],
  [
    'an item twice',
    [...allOk, { item: 'A1', result: 'ok' }],
    [{ field: 'results.49.item', expected: 'must be answered once' }],
  ],
])('%s', (_, results, expected) => {
  expect(inspectionProblems(dyeing, results)).toEqual(expected);
});
