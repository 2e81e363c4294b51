import type { Judgement } from './alarm-episode';

export interface Facility {
  code: string;
  role: string;
  name: string;
}

/** States of a device's facilities (SBn-RS) that did not change from `from` to `to` (ms), seen in `samples` uploads. */
export interface StateRun {
  from: number;
  to: number;
  samples: number;
  states: Record<string, string>;
}

/** Past this without an upload nobody knows what ran; silence has an alarm of its own. */
export const STATE_GAP_MS = 3_600_000;

/**
 * Takes one upload of facility states (HJ 212-2017, CN 2021) into the runs, which are sorted by time. Facilities it does not name (a split packet)
 * are as they were before.
 * @returns the run that changed or came new; undefined when the upload says nothing new, as a redelivered one
 */
export function addStates(runs: StateRun[], at: number, sent: Record<string, string>): StateRun | undefined {
  let index = runs.length - 1;
  while (index >= 0 && (runs[index] as StateRun).from > at) index--;
  const before = runs[index];
  const known = before && at - before.to <= STATE_GAP_MS ? before : undefined;
  const same = known && Object.entries(sent).every(([code, state]) => known.states[code] === state);
  if (known && at < known.to) return undefined;
  if (known && same) {
    if (at === known.to) return undefined;
    known.to = at;
    known.samples += 1;
    return known;
  }
  if (known && known.from === at) {
    Object.assign(known.states, sent);
    return known;
  }
  const run: StateRun = { from: at, to: at, samples: 1, states: { ...known?.states, ...sent } };
  runs.splice(index + 1, 0, run);
  return run;
}

/** HJ 212-2017 table 4, SBn-RS: 0 off, 1 on, 2 calibration, 3 maintenance, 4 alarm, 5 blow back. */
const OFF = '0';
const PRODUCING = new Set(['1', '4']);

/** Production runs while a treatment facility is off. */
export function isUntreated(states: Record<string, string>, facilities: readonly Facility[]): boolean {
  const any = (role: string, test: (state: string | undefined) => boolean) =>
    facilities.some((facility) => facility.role === role && test(states[facility.code]));
  return (
    any('production', (state) => state !== undefined && PRODUCING.has(state)) &&
    any('treatment', (state) => state === OFF)
  );
}

/**
 * TREAT_OFF: production on with treatment off for `longerThanMs` or more (domain.md 1.9). A state holds until the next upload, at most for
 * STATE_GAP_MS. Each upload that shows no such state is one normal period.
 */
export function judgeTreatment(
  runs: readonly StateRun[],
  facilities: readonly Facility[],
  longerThanMs: number,
): Judgement[] {
  const judgements: Judgement[] = [];
  for (let i = 0; i < runs.length; ) {
    const first = runs[i] as StateRun;
    const untreated = isUntreated(first.states, facilities);
    let until = first.to;
    let samples = 0;
    // Runs that follow each other without a gap and agree are one.
    for (let going = true; going; ) {
      const run = runs[i] as StateRun;
      const next = runs[++i];
      const joined = next !== undefined && next.from - run.to <= STATE_GAP_MS;
      samples += run.samples;
      until = joined ? next.from : run.to;
      going = joined && isUntreated(next.states, facilities) === untreated;
    }
    if (!untreated) {
      // Two are enough to close an episode; the number of uploads behind them is of no interest.
      for (let n = 0; n < Math.min(samples, 2); n++) judgements.push({ at: first.from, until, verdict: 'normal' });
    } else if (until - first.from >= longerThanMs) {
      const value = Object.entries(first.states)
        .map(([code, state]) => `${code}=${state}`)
        .join(',');
      judgements.push({
        at: first.from,
        until,
        verdict: 'exceed',
        evidence: { dataTime: first.from, value, field: 'RS' },
      });
    }
  }
  return judgements;
}
