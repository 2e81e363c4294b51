import { likelyDuplicates, likeness, type Matter, textSimilarity } from './duplicate';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const smell = '晚上十点以后热电厂排放刺鼻的酸臭味，整个小区都不敢开窗';
const matter = (more: Partial<Matter> = {}): Matter => ({
  category: 'odour',
  lon: 120.5513,
  lat: 30.6302,
  text: smell,
  receivedAt: 100 * DAY,
  ...more,
});
const north = (metres: number) => ({ lat: 30.6302 + metres / 111_195.08 });

describe('text similarity: Dice of pairs of characters', () => {
  it.each([
    ['the same', smell, smell, 1],
    ['the same with other punctuation and width', '夜里 有恶臭！！ＡＢ', '夜里有恶臭，ab', 1],
    ['nothing in common', '河水发黑', '工地噪声扰民', 0],
    ['an empty one', '', '', 0],
    ['one character', '臭', '臭', 1],
    ['half: one of two pairs', '夜里臭', '夜里吵', 0.5],
    ['in English', 'Black smoke from the chimney', 'black smoke from the chimney.', 1],
  ])('%s', (_, a, b, expected) => {
    expect(textSimilarity(a, b)).toBeCloseTo(expected, 2);
    expect(textSimilarity(b, a)).toBe(textSimilarity(a, b));
  });
  it('people who tell the same in their own words pass 0.6, who tell something else do not', () => {
    expect(textSimilarity(smell, '晚上十点后热电厂排放刺鼻酸臭味，小区都不敢开窗户')).toBeGreaterThanOrEqual(0.6);
    expect(textSimilarity(smell, '热电厂门口的河水发黑，有死鱼')).toBeLessThan(0.6);
  });
});

describe('domain.md 6 [D]: same category, ≤500 m or same enterprise, ≤7 d, similarity ≥0.6', () => {
  it.each<[string, Partial<Matter>, Partial<Matter>, boolean]>([
    ['the same place and words', {}, {}, true],
    ['another category', {}, { category: 'noise' }, false],
    ['499 m away', {}, north(499), true],
    ['501 m away', {}, north(501.5), false],
    ['far away, but the same enterprise', { enterpriseId: 'e1' }, { ...north(5_000), enterpriseId: 'e1' }, true],
    ['far away, another enterprise', { enterpriseId: 'e1' }, { ...north(5_000), enterpriseId: 'e2' }, false],
    ['7 d later', {}, { receivedAt: 107 * DAY }, true],
    ['7 d and an hour later', {}, { receivedAt: 107 * DAY + HOUR }, false],
    ['7 d earlier', {}, { receivedAt: 93 * DAY }, true],
    ['other words', {}, { text: '工地夜间打桩' }, false],
    ['other words of the same reporter', { reporterKey: 'r' }, { text: '又来了，受不了', reporterKey: 'r' }, true],
    ['the same reporter about a place far away', { reporterKey: 'r' }, { ...north(5_000), reporterKey: 'r' }, false],
  ])('%s', (_, one, other, expected) => {
    expect(likeness(matter(one), matter(other)) !== undefined).toBe(expected);
  });
  it('says by what, and puts the likeliest first', () => {
    const near = { ...matter({ ...north(100), text: `${smell}，请查处` }), id: 'near' };
    const same = { ...matter(north(300)), id: 'same' };
    const found = likelyDuplicates(matter(), [near, same, { ...matter({ category: 'water' }), id: 'other' }]);
    expect(found.map(({ of: { id }, distance }) => [id, distance])).toEqual([
      ['same', 300],
      ['near', 100],
    ]);
    expect(found[0]).toMatchObject({ similarity: 1, sameEnterprise: false, sameReporter: false });
  });
});
