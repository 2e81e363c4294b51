import { wrap } from './wrap';

/** Chinese two wide, the rest one. */
const widthOf = (piece: string) =>
  [...piece].reduce((sum, character) => sum + (/[\u2e80-\uffef]/.test(character) ? 2 : 1), 0);
const lines = (text: string, width: number) => wrap(text, width, widthOf);

test.each([
  ['Chinese breaks between any two characters', '生态环境局', 4, ['生态', '环境', '局']],
  ['words and numbers stay whole', 'GB 4287-2012 表2', 10, ['GB ', '4287-2012 ', '表2']],
  ['no line begins with a closing mark', '超标，已办结', 4, ['超', '标，', '已办', '结']],
  ['no line ends with an opening mark', '表（直接）', 5, ['表', '（直', '接）']],
  ['a word wider than the line is broken', 'abcdefgh', 3, ['abc', 'def', 'gh']],
  ['a space at the end of a line takes no room', 'ab cd', 2, ['ab ', 'cd']],
  ['an empty text is one line', '', 5, ['']],
])('%s', (_, text, width, expected) => {
  expect(lines(text, width)).toEqual(expected);
});

test('nothing is left out and no line is too wide, whatever the width', () => {
  const text =
    '排口 DW001 化学需氧量（COD）日均值 96.5 mg/L，超过 GB 4287-2012 表2 限值 80 mg/L；https://example.com/a?b=c 𠮷野。';
  for (let width = 2; width < 60; width++) {
    const broken = lines(text, width);
    expect(broken.join('')).toBe(text);
    if (width >= 4) expect(Math.max(...broken.map((line) => widthOf(line.trimEnd())))).toBeLessThanOrEqual(width);
  }
});
