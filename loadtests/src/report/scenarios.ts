import path from 'node:path';
import { repositoryRoot } from '@greenwatch/infra';

export const SCENARIOS_FOLDER = path.join(repositoryRoot, 'loadtests', 'k6');

interface Scenario {
  needsOfficers: boolean;
  proves: string;
  /** The metric of k6 that is shown over time; default: the time of a request. */
  timed?: string;
}

/** The scenarios of loadtests/k6, and what each proves when its thresholds hold. */
export const SCENARIOS: Record<string, Scenario> = {
  'officers-day': {
    needsOfficers: true,
    proves:
      'People with sessions of their own look at tasks, alarms, the map, lists, files, latest values and lines at a rate that does not wait ' +
      'for the answers. Proves: the console stays quick while devices send, and no request is lost.',
  },
  complaints: {
    needsOfficers: false,
    proves:
      'Citizens send a photo, complain, and ask with number and code how it stands. Proves: a complaint with its photo is taken in under load, ' +
      'and is there at once; none is turned away by the limit of an address.',
  },
  'public-pages': {
    needsOfficers: false,
    proves:
      'Visitors without log-in open the page of complaints, look at closed ones, at credit colours and at the counties. Proves: the public part ' +
      'does not suffer from the rest, nor the rest from it.',
  },
  'live-events': {
    needsOfficers: true,
    timed: 'stream_opening',
    proves:
      'Consoles hold streams of live events open, and open them again. Proves: so many are accepted and stay open while devices send. How ' +
      'long an event is on its way is not measured here (k6 knows no server-sent events): see `npm run bench -- latency`.',
  },
};
