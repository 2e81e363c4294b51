import { DAY, HOUR } from './signal';

/** What happens in the demo, as data. Times in ms; offsets count from the demo's first start. */

export interface Episode {
  id: string;
  outletId: string;
  from: number;
  to: number;
  kind: 'exceedance' | 'silence' | 'stuck' | 'treatment-off' | 'squeezed' | 'flagged';
  /** exceedance: of this factor only; absent: of all. */
  factor?: string;
  /** exceedance: share of the limit at `from`, and what it gains an hour; squeezed: where the values lie. */
  share?: number;
  gain?: number;
  /** flagged: what the logger says of its pollutants (HJ 212-2017 table 8). */
  flag?: 'C' | 'D' | 'M';
}

/** What episodes do to an outlet at a moment. */
export interface Effect {
  /** The pollutant lies at this share of its limit. */
  share?: number;
  factor?: string;
  stuckSince?: number;
  silent?: boolean;
  /** The pollutants hardly move around this share of their limit, whatever the plant does. */
  squeezed?: number;
  treatmentOff?: boolean;
  flag?: string;
}

const NONE: Effect = {};
/** Most an exceedance grows to. */
const MAX_SHARE = 2.2;

/** Days for which the outlet of the story of a suspicion has hardly moved; scored is what came before today. */
export const SQUEEZED_DAYS = 15;

/** The script. `outlets`: the first outlet of each of the enterprises of the cast (`CAST` of province.ts). */
export function script(outlets: readonly string[], start: number): Episode[] {
  const [heat, pharmaceuticals, dyeing, fibre, plating, , suspicion] = outlets as string[] as [
    ...[string, string, string, string, string, string, string],
  ];
  const today = Math.floor((start + 8 * HOUR) / DAY) * DAY - 8 * HOUR;
  const minute = 60_000;
  const hour = Math.floor(start / HOUR) * HOUR;
  const at = (id: string, outletId: string, kind: Episode['kind'], from: number, to: number, more = {}): Episode => ({
    id,
    outletId,
    kind,
    from: start + from,
    to: start + to,
    ...more,
  });
  return [
    // Begins on a full hour three hours back, so that the last hourly means show it at the first start, and grows with each further hour.
    {
      id: 'so2-builds-up',
      outletId: heat,
      kind: 'exceedance',
      from: hour - 3 * HOUR,
      to: hour + 5 * HOUR,
      factor: 'a21026',
      share: 1.04,
      gain: 0.22,
    },
    at('logger-falls-silent', pharmaceuticals, 'silence', 3 * minute, 3 * HOUR),
    { id: 'cod-sticks', outletId: dyeing, kind: 'stuck', from: hour - 9 * HOUR, to: hour + 4 * HOUR },
    at('treatment-off', fibre, 'treatment-off', 4 * minute, 50 * minute),
    // Above the limit all of yesterday and today, so that a daily mean of water shows it.
    at('cod-too-high', plating, 'exceedance', -1.5 * DAY, DAY, { factor: 'w01018', share: 1.15, gain: 0.01 }),
    // Values that hardly move while the flow does: a story of its own (stories.ts).
    {
      id: 'cod-hardly-moves',
      outletId: suspicion,
      kind: 'squeezed',
      from: today - SQUEEZED_DAYS * DAY,
      to: today + 10 * DAY,
      share: 0.62,
    },
    // The analysers are calibrated: the hour before last at the first start, so that its mark is seen at once, and again by minute records.
    {
      id: 'calibrated',
      outletId: fibre,
      kind: 'flagged',
      from: hour - 2 * HOUR,
      to: hour - HOUR,
      flag: 'C',
    },
    at('calibrated-again', fibre, 'flagged', 60 * minute, 90 * minute, { flag: 'C' }),
    // Long over: history, which raises no task.
    at('last-week', heat, 'exceedance', -4.2 * DAY, -4.1 * DAY, { factor: 'a21002', share: 1.1, gain: 0.1 }),
  ];
}

/** The effect of the episodes, quick to ask: most outlets have none. */
export function effects(episodes: readonly Episode[]): (outletId: string, time: number) => Effect {
  const byOutlet = new Map<string, Episode[]>();
  for (const episode of episodes) {
    byOutlet.set(episode.outletId, [...(byOutlet.get(episode.outletId) ?? []), episode]);
  }
  return (outletId, time) => {
    const list = byOutlet.get(outletId);
    if (!list) return NONE;
    let effect = NONE;
    for (const episode of list) {
      if (time < episode.from || time >= episode.to) continue;
      effect = { ...effect, ...actOf(episode, time) };
    }
    return effect;
  };
}

function actOf(episode: Episode, time: number): Effect {
  switch (episode.kind) {
    case 'silence':
      return { silent: true };
    case 'squeezed':
      return { squeezed: episode.share ?? 0.6, factor: episode.factor };
    case 'flagged':
      return { flag: episode.flag };
    case 'stuck':
      return { stuckSince: episode.from };
    case 'treatment-off':
      // What is not treated comes out: just below the limit, so that only the states tell.
      return { treatmentOff: true, share: 0.93 };
    case 'exceedance': {
      const grown = (episode.share ?? 1.2) + ((episode.gain ?? 0) * (time - episode.from)) / HOUR;
      return { share: Math.min(MAX_SHARE, grown), factor: episode.factor };
    }
  }
}
