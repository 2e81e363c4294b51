import { newPassword, oldPasswordsAfter } from './device-password';

const HOUR = 3_600_000;

describe('rotating the password of a device', () => {
  it('has the form of HJ 212-2017 table 3, and is another one each time', () => {
    const made = Array.from({ length: 100 }, newPassword);
    for (const password of made) expect(password).toMatch(/^[0-9a-zA-Z]{6}$/);
    expect(new Set(made).size).toBe(100);
  });

  it('keeps the replaced one for its time', () => {
    expect(oldPasswordsAfter({ passwordEncrypted: 'A' }, HOUR, 0)).toEqual([{ encrypted: 'A', validTo: HOUR }]);
  });

  it('rotated again before anybody entered the new one: what the device uses stays good', () => {
    const first = oldPasswordsAfter({ passwordEncrypted: 'A' }, 72 * HOUR, 0);
    expect(oldPasswordsAfter({ passwordEncrypted: 'B', oldPasswords: first }, HOUR, HOUR)).toEqual([
      { encrypted: 'A', validTo: 72 * HOUR },
      { encrypted: 'B', validTo: 2 * HOUR },
    ]);
  });

  it('forgets those whose time is over', () => {
    const oldPasswords = [{ encrypted: 'A', validTo: HOUR }];
    expect(oldPasswordsAfter({ passwordEncrypted: 'B', oldPasswords }, HOUR, HOUR)).toEqual([
      { encrypted: 'B', validTo: 2 * HOUR },
    ]);
  });

  it('at once: none is good any more', () => {
    const oldPasswords = [{ encrypted: 'A', validTo: HOUR }];
    expect(oldPasswordsAfter({ passwordEncrypted: 'B', oldPasswords }, 0, 0)).toEqual([]);
  });

  it('not a sixth beside five', () => {
    const oldPasswords = Array.from({ length: 5 }, (_, n) => ({ encrypted: `P${n}`, validTo: HOUR }));
    expect(oldPasswordsAfter({ passwordEncrypted: 'B', oldPasswords }, HOUR, 0)).toBeUndefined();
  });
});
