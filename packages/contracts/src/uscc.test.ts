import { usccCheckCharacter, usccProblem } from './uscc';

describe('unified social credit code (GB 32100-2015, domain.md 8.2)', () => {
  test.each(['91350100M000100Y43', '91130200699229617X', '91440300708461136T'])('%s is valid', (code) => {
    expect(usccProblem(code)).toBeUndefined();
  });

  test.each([
    ['91350100M000100Y44', /check character 3 in place 18/],
    ['91350100M000100Z43', /got "Z"/],
    ['91350100M000100Y4', /18 characters/],
    ['91350100m000100Y43', /got "m"/],
    ['91130200699229618X', /place 17/],
  ])('%s is refused', (code, problem) => {
    expect(usccProblem(code)).toMatch(problem);
  });

  it('finds every change of a single character', () => {
    const code = '91440300708461136T';
    for (let place = 0; place < 17; place++) {
      const other = code.charAt(place) === '7' ? '8' : '7';
      const changed = code.slice(0, place) + other + code.slice(place + 1);
      expect(usccCheckCharacter(changed)).not.toBe('T');
    }
  });
});
