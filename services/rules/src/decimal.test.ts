import { compareDecimals, type Decimal, decimalToNumber, isZero, parseDecimal, roundHalfEven } from './decimal';

const decimal = (text: string) => parseDecimal(text) as Decimal;

describe('rounding of a mean before it is compared', () => {
  test.each([
    ['GB/T 8170 3.2.1: below a half is dropped', '12.1498', 1, 12.1],
    ['GB/T 8170 3.2.2: above a half goes up', '12.68', 0, 13],
    ['GB/T 8170 3.2.3: a half with digits after it goes up', '10.5002', 0, 11],
    ['GB/T 8170 3.2.3: a half after an odd digit goes up', '0.35', 1, 0.4],
    ['GB/T 8170 3.2.3: a half after an even digit stays', '1.050', 1, 1],
    ['GB/T 8170 3.2.3: a half after zero stays', '30.5', 0, 30],
    ['GB/T 8170 3.2.3: 2.675 is exact here, not 2.67499 of a binary float', '2.675', 2, 2.68],
    ['GB/T 8170 3.2.4: negative numbers by their magnitude', '-2.5', 0, -2],
    ['GB/T 8170 3.3: rounded once, not step by step (15.4546 is 15, not 16)', '15.4546', 0, 15],
    ['fewer decimals than asked for stay as they are', '35', 2, 35],
  ])('%s', (_clause, text, decimals, expected) => {
    expect(decimalToNumber(roundHalfEven(decimal(text), decimals))).toBe(expected);
  });
});

describe('decimal texts', () => {
  test.each([
    ['1E-05', 0.00001],
    ['+.5', 0.5],
    ['-12.', -12],
    ['2e3', 2000],
  ])('%s is read', (text, expected) => expect(decimalToNumber(decimal(text))).toBe(expected));

  test.each(['', '.', 'NaN', '1,5', '0x10', ' 1', '1e9999'])('%j is no decimal number', (text) =>
    expect(parseDecimal(text)).toBeUndefined(),
  );

  test.each(['0', '0.00', '-0.0', '.0', '0E-05', '+0'])('%s is zero', (text) => expect(isZero(text)).toBe(true));
  test.each(['0.01', '10', '1E-05', '', '.', 'N'])('%j is not', (text) => expect(isZero(text)).toBe(false));

  test('different scales compare by value', () => {
    expect(compareDecimals(decimal('0.30'), decimal('0.3'))).toBe(0);
    expect(compareDecimals(decimal('-1'), decimal('-0.99'))).toBe(-1);
    expect(compareDecimals(decimal('30.01'), decimal('30'))).toBe(1);
  });
});
