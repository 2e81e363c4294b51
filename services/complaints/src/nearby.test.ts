import { namesIt, proposals, type Source } from './nearby';

const at = (metres: number) => ({ lon: 120.5513, lat: 30.6302 + metres / 111_195.08 });
const outlet = (outletId: string, enterpriseId: string, medium: 'gas' | 'water', metres: number): Source => ({
  outletId,
  outletName: outletId,
  enterpriseId,
  enterpriseName: `${enterpriseId}有限公司`,
  medium,
  ...at(metres),
});
const enterprise = (enterpriseId: string, metres: number): Source => ({
  enterpriseId,
  enterpriseName: `${enterpriseId}有限公司`,
  ...at(metres),
});
const SOURCES = [
  outlet('gas-far', '甲热电', 'gas', 1_200),
  outlet('gas-near', '乙化工', 'gas', 200),
  outlet('water', '乙化工', 'water', 50),
  outlet('gas-beyond', '丙纺织', 'gas', 3_500),
  enterprise('乙化工', 10),
  enterprise('丁养殖', 100),
];
const ids = (category: 'odour' | 'water' | 'noise', targetName?: string) =>
  proposals({ ...at(0), category, targetName }, SOURCES).map((s) => s.outletId ?? s.enterpriseId);

it.each([
  ['odour: gas first, then by distance', 'odour', undefined, ['丁养殖', 'gas-near', 'gas-far', 'water']],
  ['water: water first', 'water', undefined, ['water', '丁养殖', 'gas-near', 'gas-far']],
  ['noise: by distance only', 'noise', undefined, ['water', '丁养殖', 'gas-near', 'gas-far']],
  [
    'whom the reporter names first, wherever',
    'odour',
    '丙纺织厂',
    ['gas-beyond', '丁养殖', 'gas-near', 'gas-far', 'water'],
  ],
] as const)('%s', (_, category, targetName, expected) => {
  expect(ids(category, targetName)).toEqual(expected);
});

it('gives metres, whether the medium fits and whether it was named', () => {
  const [first] = proposals({ ...at(0), category: 'water' }, SOURCES);
  expect(first).toMatchObject({ outletId: 'water', distance: 50, fits: true, named: false });
});
it.each([
  ['甲热电', '浙江甲热电股份有限公司', true],
  ['浙江甲热电股份有限公司桐乡分公司', '甲热电有限公司', true],
  ['公司', '甲热电有限公司', false],
  [undefined, '甲热电有限公司', false],
  ['旁边的工厂', '甲热电有限公司', false],
])('%s names %s: %s', (words, name, expected) => {
  expect(namesIt(words, name)).toBe(expected);
});
