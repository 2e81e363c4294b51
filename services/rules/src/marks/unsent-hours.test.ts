import { type AmendedHour, type BoundDevice, unsentHours } from './unsent-hours';

const device = (mn: string, from: number, to: number, ...sent: string[]): BoundDevice => ({
  ...{ mn, from, to, sent: (factor, at) => sent.includes(`${factor}@${at}`) },
});
const hour = (at: number, mn?: string, factor = 'a'): AmendedHour => ({ factor, at, ...(mn ? { mn } : {}) });

describe('2014 rules: amended hours of which nothing was sent', () => {
  test.each<[string, AmendedHour[], BoundDevice[], string[]]>([
    ['of the device that stood there', [hour(10)], [device('M', 0, 0)], ['M a@10']],
    ['what was sent is judged in its place', [hour(10)], [device('M', 0, 0, 'a@10')], []],
    ['another factor or hour was sent', [hour(10)], [device('M', 0, 0, 'b@10', 'a@11')], ['M a@10']],
    ['of two devices one sent it', [hour(10)], [device('M', 0, 0), device('N', 5, 0, 'a@10')], []],
    ['of two devices none sent it: once', [hour(10)], [device('M', 0, 0), device('N', 5, 0)], ['N a@10']],
    ['of the device it names', [hour(10, 'M')], [device('M', 0, 0), device('N', 5, 0, 'a@10')], ['M a@10']],
    ['the device had been replaced', [hour(10)], [device('M', 0, 10), device('N', 10, 0)], ['N a@10']],
    ['no device stood there', [hour(10)], [device('M', 0, 10), device('N', 11, 0)], []],
    ['amended twice', [hour(10), hour(10, 'M')], [device('M', 0, 0)], ['M a@10']],
    ['bound twice', [hour(10), hour(30)], [device('M', 0, 20), device('M', 20, 0)], ['M a@10', 'M a@30']],
  ])('%s', (_, amended, devices, expected) => {
    expect(unsentHours(amended, devices).map(({ mn, factor, at }) => `${mn} ${factor}@${at}`)).toEqual(expected);
  });
});
