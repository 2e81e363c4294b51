import { maskPhone } from './phone';

it('masks a mobile number (domain.md 8.3)', () => {
  expect(maskPhone('13812341234')).toBe('138****1234');
});
