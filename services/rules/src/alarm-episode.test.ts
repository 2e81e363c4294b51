import fc from 'fast-check';
import { type Episode, episodesOf, exceedanceLevel, type Judgement } from './alarm-episode';
import type { Verdict } from './exceedance';

const HOUR = 3_600_000;
const VERDICTS: Record<string, Verdict> = { n: 'normal', w: 'warn', e: 'exceed', E: 'exceed' };

/** One letter an hour: n normal, w near the limit, e above it, E twice the limit, a dot nothing known. */
function hours(text: string): Judgement[] {
  return [...text].flatMap((letter, i) =>
    letter === '.'
      ? []
      : [
          {
            at: i * HOUR,
            until: (i + 1) * HOUR,
            verdict: VERDICTS[letter] as Verdict,
            multiple: letter === 'E' ? 1 : letter === 'e' ? 0.2 : 0,
            evidence: { dataTime: i * HOUR, value: letter, field: 'Avg' },
          },
        ],
  );
}

/** `from-to severity`, with + while active. */
const show = (e: Episode) => `${e.startedAt / HOUR}-${e.until / HOUR} ${e.severity}${e.active ? '+' : ''}`;

describe('episodes of hourly judgements (domain 1.9)', () => {
  test.each([
    ['one alarm an episode, not one a packet', 'neeeenn', ['1-5 exceed']],
    ['open until 2 normal periods', 'een', ['0-2 exceed+']],
    ['closed by 2 normal periods', 'eenn', ['0-2 exceed']],
    ['a single normal period between does not close', 'eenen', ['0-4 exceed+']],
    ['a gap neither closes nor prolongs', 'e....e', ['0-6 exceed+']],
    ['normal periods on both sides of a gap close', 'en..ne', ['0-1 exceed', '5-6 exceed+']],
    ['two episodes are two alarms', 'ennenn', ['0-1 exceed', '3-4 exceed']],
    ['near the limit is an episode of its own', 'nwwnn', ['1-3 warn']],
    ['near the limit becomes an exceedance: the same episode', 'nwwenn', ['1-4 exceed']],
    ['near the limit after one normal period is still the same episode', 'wnenn', ['0-3 exceed']],
    ['near the limit closes an exceedance and is an episode of its own', 'eww', ['0-1 exceed', '1-3 warn+']],
    ['normal, then near the limit after an exceedance', 'enw', ['0-1 exceed', '2-3 warn+']],
    ['near the limit between exceedances is one episode', 'ewe', ['0-3 exceed+']],
    ['nothing but normal periods', 'nnnn', []],
  ])('%s: %s', (_case, text, expected) => {
    expect(episodesOf(hours(text)).map(show)).toEqual(expected);
  });

  test.each([
    ['above the limit is high', 'e', 'high'],
    ['2 in a row are high', 'ee', 'high'],
    ['3 in a row are urgent', 'eee', 'urgent'],
    ['3 with a normal one between are high', 'eene', 'high'],
    ['3 with a gap between are high: nobody knows', 'ee.e', 'high'],
    ['k ≥ 1 is urgent at once', 'E', 'urgent'],
    ['near the limit is low', 'www', 'low'],
    ['near the limit before does not count as a period in a row', 'wwe', 'high'],
  ])('%s: %s', (_case, text, level) => {
    expect(exceedanceLevel(episodesOf(hours(text))[0] as Episode)).toBe(level);
  });

  it('keeps the beginning and the newest evidence of a long episode', () => {
    const [episode] = episodesOf(hours('e'.repeat(100)));
    const times = episode?.evidence.map(({ dataTime }) => dataTime / HOUR);
    expect(times).toHaveLength(48);
    expect(times?.[0]).toBe(0);
    expect(times?.at(-1)).toBe(99);
    expect(episode?.consecutive).toBe(100);
  });

  it('every exceeding period lies in exactly one exceedance, whatever the order of letters', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[nwe.]{0,40}$/), (text) => {
        const episodes = episodesOf(hours(text));
        for (const { at, until, verdict } of hours(text)) {
          const holding = episodes.filter((e) => e.startedAt <= at && until <= e.until);
          if (verdict === 'exceed') expect(holding.map((e) => e.severity)).toEqual(['exceed']);
        }
        for (const [i, e] of episodes.entries()) {
          expect(e.startedAt).toBeGreaterThanOrEqual(episodes[i - 1]?.until ?? 0);
          expect(e.active && i < episodes.length - 1).toBe(false);
        }
      }),
    );
  });
});
