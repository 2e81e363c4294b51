import type { Model } from 'mongoose';
import { maskPassword, type RefusalDoc, RefusalLog } from './refusal-log';

describe('maskPassword', () => {
  it.each([
    ['QN=1;PW=123456;MN=M1', 'QN=1;PW=******;MN=M1'],
    ['PW = abc ;MN=M1', 'PW = ******;MN=M1'],
    ['PW=;MN=M1', 'PW=******;MN=M1'],
    ['no password here', 'no password here'],
  ])('%s', (raw, masked) => expect(maskPassword(raw)).toBe(masked));
});

describe('a flood', () => {
  it('is kept by the first twenty of a device and minute, every other refusal whole', async () => {
    const kept: RefusalDoc[] = [];
    const model = { insertMany: async (batch: RefusalDoc[]) => kept.push(...batch) } as unknown as Model<RefusalDoc>;
    const log = new RefusalLog(model, () => {});
    for (const reason of ['too-many', 'blocked', 'crc'] as const) {
      for (let n = 0; n < 100; n++) {
        const at = new Date(60_000 + n);
        log.add({ at, reason, detail: '', address: 'a', mn: `M${n % 2}`, raw: '', size: 0, divisionPath: [] });
      }
    }
    await log.flush();
    const count = (reason: string) => kept.filter((one) => one.reason === reason).length;
    expect([count('too-many'), count('blocked'), count('crc'), log.notKept]).toEqual([40, 40, 100, 120]);
  });
});
