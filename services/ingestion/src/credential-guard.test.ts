import { blockName, CredentialGuard, WINDOW_MS } from './credential-guard';

const LIMITS = { attempts: 10, blockMs: 300_000 };
const NAT = '10.1.2.3';

/** A guard that has seen `times` wrong passwords of each device at one address, one ms apart. */
function after(times: number, mns: string[], address = NAT) {
  const guard = new CredentialGuard(LIMITS);
  let now = 0;
  for (let n = 0; n < times; n++) for (const mn of mns) guard.failed(address, mn, now++);
  return { guard, now };
}
const many = (count: number) => Array.from({ length: count }, (_, n) => `M${n}`);

describe('a device with a wrong password', () => {
  it('is looked at nine times, and blocked by the tenth', () => {
    expect(after(9, ['M1']).guard.blockedUntil(NAT, 'M1', 10)).toBeUndefined();
    expect(after(10, ['M1']).guard.blockedUntil(NAT, 'M1', 10)).toBe(9 + LIMITS.blockMs);
  });

  it('does not lock out its neighbours behind the same address', () => {
    const { guard, now } = after(100, ['M1']);
    expect(guard.blockedUntil(NAT, 'M2', now)).toBeUndefined();
  });

  it('does not lock itself out elsewhere: nobody takes a device down by guessing from another address', () => {
    const { guard, now } = after(100, ['M1'], '203.0.113.9');
    expect(guard.blockedUntil(NAT, 'M1', now)).toBeUndefined();
  });

  it('is looked at again when the block is over, with ten attempts', () => {
    const { guard } = after(10, ['M1']);
    const later = 9 + LIMITS.blockMs;
    expect(guard.blockedUntil(NAT, 'M1', later - 1)).toBeDefined();
    expect(guard.blockedUntil(NAT, 'M1', later)).toBeUndefined();
    for (let n = 0; n < 9; n++) expect(guard.failed(NAT, 'M1', later + n)).toEqual([]);
    expect(guard.failed(NAT, 'M1', later + 9)).toEqual([blockName(NAT, 'M1')]);
  });

  it('counts within ten minutes only', () => {
    const { guard } = after(9, ['M1']);
    expect(guard.failed(NAT, 'M1', WINDOW_MS)).toEqual([]);
    expect(guard.blockedUntil(NAT, 'M1', WINDOW_MS)).toBeUndefined();
  });

  it('is looked at again as soon as the registry changes it', () => {
    const { guard, now } = after(10, ['M1', 'M2']);
    expect(guard.forget('M1')).toEqual([blockName(NAT, 'M1')]);
    expect(guard.blockedUntil(NAT, 'M1', now)).toBeUndefined();
    expect(guard.blockedUntil(NAT, 'M2', now)).toBeDefined();
  });
});

describe('an address that tries one password on many devices', () => {
  it('is blocked by the twentieth device', () => {
    expect(after(1, many(19)).guard.blockedUntil(NAT, 'OTHER', 30)).toBeUndefined();
    expect(after(1, many(20)).guard.blockedUntil(NAT, 'OTHER', 30)).toBe(19 + LIMITS.blockMs);
  });

  it('stays open for devices that were let in from there: a forwarder with twenty wrong devices serves the others', () => {
    const { guard, now } = after(1, many(20));
    expect(guard.unexamined).toEqual([NAT]);
    guard.exempt(NAT, ['GOOD']);
    expect(guard.unexamined).toEqual([]);
    expect(guard.blockedUntil(NAT, 'GOOD', now)).toBeUndefined();
    expect(guard.blockedUntil(NAT, 'NEW', now)).toBeDefined();
    for (let n = 0; n < 10; n++) guard.failed(NAT, 'GOOD', now);
    expect(guard.blockedUntil(NAT, 'GOOD', now)).toBeDefined();
  });
});

describe('over all instances', () => {
  it('attempts on two instances add up', () => {
    const [here, there] = [after(6, ['M1']).guard, after(6, ['M1']).guard];
    const name = blockName(NAT, 'M1');
    const sum = [here, there].reduce((total, guard) => total + (guard.untold().wrong.get(name) ?? 0), 0);
    expect(sum).toBe(12);
    expect(here.judge(name, sum, 1, 10)).toEqual([name]);
    there.takeOver(here.untold().blocked);
    expect(there.blockedUntil(NAT, 'M1', 10)).toBe(10 + LIMITS.blockMs);
  });

  it('what was blocked while the others were asked is kept, and what was lifted is not taken back', () => {
    const { guard, now } = after(10, ['M1', 'M2']);
    const shared = guard.untold().blocked;
    for (let n = 0; n < 10; n++) guard.failed(NAT, 'M3', now);
    guard.lift(blockName(NAT, 'M1'));
    guard.takeOver(shared);
    expect([...guard.blocks.keys()].sort()).toEqual([blockName(NAT, 'M2'), blockName(NAT, 'M3')]);
  });

  it('has news until they are told', () => {
    const { guard } = after(10, ['M1']);
    expect(guard.hasNews).toBe(true);
    guard.untold();
    expect(guard.hasNews).toBe(false);
    guard.lift(blockName(NAT, 'M1'));
    expect(guard.hasNews).toBe(true);
  });

  it('forgets what is over', () => {
    const { guard } = after(10, ['M1']);
    guard.expire(10 * WINDOW_MS);
    expect(guard.blocks.size).toBe(0);
  });
});
