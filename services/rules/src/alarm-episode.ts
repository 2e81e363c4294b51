import type { Level } from '@greenwatch/contracts';
import type { Verdict } from './exceedance';

/** One period that speaks for an alarm; `value` is the exact text judged. */
export interface Evidence {
  dataTime: number;
  value: string;
  field: string;
  limit?: number;
  unit?: string;
  limitId?: string;
  basis?: string;
}

/** What was decided about one period [at, until) of one series (device, outlet, factor, rule). */
export interface Judgement {
  at: number;
  until: number;
  verdict: Verdict;
  multiple?: number;
  evidence?: Evidence;
}

/** A stretch that is one alarm. */
export interface Episode {
  severity: 'warn' | 'exceed';
  startedAt: number;
  /** End of the last period that speaks for it. */
  until: number;
  active: boolean;
  /** Longest run of exceeding periods without a gap. */
  consecutive: number;
  multiple: number;
  evidence: Evidence[];
}

/** An episode closes after 2 normal periods (domain.md 1.9). */
const CLOSING_PERIODS = 2;

/** Evidence kept of a long episode: its beginning and its newest, so that a fact stays small. */
const KEPT_FIRST = 12;
const KEPT_LAST = 36;

/**
 * Groups the judgements of one series, sorted by time, into episodes: one alarm an episode, not one a packet. It is a function of what is
 * known of each period and not of the order in which it became known, so late data, revisions and redelivery need no case of their own.
 * - Periods without a judgement (missing, invalid) neither prolong an episode nor close it.
 * - A near-limit episode that exceeds becomes an exceedance: the same episode.
 * - For an exceedance a near-limit period is within the limit, so normal; what is near the limit after it closed is an episode of its own.
 */
export function episodesOf(judgements: readonly Judgement[]): Episode[] {
  const episodes: Episode[] = [];
  let open: Episode | undefined;
  let run = 0;
  let quiet = 0;
  let firstQuiet = 0;
  for (let i = 0; i < judgements.length; i++) {
    const judgement = judgements[i] as Judgement;
    const { verdict } = judgement;
    const counts = verdict === 'exceed' || (verdict === 'warn' && open?.severity !== 'exceed');
    if (counts) {
      if (!open) {
        open = begin(judgement);
        episodes.push(open);
        run = 0;
      }
      run = verdict !== 'exceed' ? 0 : run > 0 && open.until === judgement.at ? run + 1 : 1;
      extend(open, judgement, run);
      quiet = 0;
    } else if (open) {
      if (quiet === 0) firstQuiet = i;
      quiet += 1;
      if (quiet < CLOSING_PERIODS) continue;
      open.active = false;
      // What closed an exceedance may itself be near the limit: look at it again with nothing open.
      if (open.severity === 'exceed') i = firstQuiet - 1;
      open = undefined;
      quiet = 0;
    }
  }
  for (const episode of episodes) episode.evidence = shortened(episode.evidence);
  return episodes;
}

function begin(judgement: Judgement): Episode {
  return {
    severity: 'warn',
    startedAt: judgement.at,
    until: judgement.at,
    active: true,
    consecutive: 0,
    multiple: 0,
    evidence: [],
  };
}

function extend(episode: Episode, judgement: Judgement, run: number): void {
  if (judgement.verdict === 'exceed') episode.severity = 'exceed';
  episode.until = judgement.until;
  episode.consecutive = Math.max(episode.consecutive, run);
  episode.multiple = Math.max(episode.multiple, judgement.multiple ?? 0);
  if (judgement.evidence) episode.evidence.push(judgement.evidence);
}

function shortened(evidence: Evidence[]): Evidence[] {
  if (evidence.length <= KEPT_FIRST + KEPT_LAST) return evidence;
  return [...evidence.slice(0, KEPT_FIRST), ...evidence.slice(-KEPT_LAST)];
}

/** Level of an exceedance episode (domain.md 1.9): near the limit low, above it high, 3 in a row or k ≥ 1 urgent. */
export function exceedanceLevel(episode: Pick<Episode, 'severity' | 'consecutive' | 'multiple'>): Level {
  if (episode.severity === 'warn') return 'low';
  return episode.consecutive >= 3 || episode.multiple >= 1 ? 'urgent' : 'high';
}
