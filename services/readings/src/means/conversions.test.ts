import { dryOf, standardFlow, toReferenceOxygen } from './conversions';

describe('HJ 75-2017 App. C, GB 13223 5: conversions of gas', () => {
  test.each([
    ['38 mg/m3 at 7.5 % to 6 % (domain.md 1.3)', 38, 7.5, 6, 42.22],
    ['at the reference oxygen nothing changes', 50, 9, 9, 50],
    ['incineration: reference 11 %', 60, 9, 11, 50],
    ['just below 20 %', 1, 19.9, 6, 13.64],
  ])('reference oxygen: %s', (_clause, dry, oxygen, reference, converted) => {
    expect(toReferenceOxygen(dry, oxygen, reference)).toBeCloseTo(converted, 2);
  });
  test.each([20, 20.9, 21, 25])('oxygen of %d %%: not converted (domain.md 1.3, O2_HIGH)', (oxygen) => {
    expect(toReferenceOxygen(38, oxygen, 6)).toBeUndefined();
  });
  test('wet to dry', () => expect(dryOf(90, 10)).toBeCloseTo(100, 9));
  test.each([
    [
      'standard state itself',
      { area: 1, velocity: 1, temperature: 0, pressure: 0, airPressure: 101.325, humidity: 0 },
      3_600,
    ],
    [
      'hot and moist: 10 m2, 12 m/s, 120 °C, −0.5 kPa, 8 %',
      { area: 10, velocity: 12, temperature: 120, pressure: -0.5, airPressure: 101.3, humidity: 8 },
      274_648,
    ],
    ['air pressure not sent', { area: 2, velocity: 5, temperature: 273, pressure: 0, humidity: 50 }, 9_000],
  ])('flow: %s', (_clause, gas, flow) => expect(standardFlow(gas) / flow).toBeCloseTo(1, 4));
});
