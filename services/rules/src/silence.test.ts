import { type Listening, listen, silentFor } from './silence';

const MINUTE = 60_000;
/** The platform checks every half minute in each stretch of minutes. */
function listened(...stretches: [number, number][]): Listening {
  let listening: Listening | undefined;
  for (const [from, to] of stretches) {
    for (let at = from * MINUTE; at <= to * MINUTE; at += MINUTE / 2) listening = listen(listening, at);
  }
  return listening as Listening;
}

describe('OFFLINE: silence by reception time (domain 1.9)', () => {
  test.each<[string, Listening, number, number]>([
    ['the time since the last packet', listened([0, 100]), 30, 70],
    ['a platform that was down does not count its absence', listened([0, 40], [160, 170]), 30, 20],
    ['heard while it was down (log read later)', listened([0, 40], [160, 170]), 100, 10],
    ['down twice', listened([0, 40], [60, 70], [100, 110]), 30, 30],
    ['heard after the last check', listened([0, 100]), 101, 0],
  ])('%s', (_case, listening, lastMinute, silent) => {
    expect(silentFor(lastMinute * MINUTE, listening) / MINUTE).toBe(silent);
  });

  it('a check that runs late by a minute is no absence', () => {
    expect(listen({ at: 0, deaf: [] }, MINUTE).deaf).toEqual([]);
  });

  it('a clock behind another instance changes nothing', () => {
    const listening = listened([0, 10]);
    expect(listen(listening, 5 * MINUTE)).toBe(listening);
  });
});
