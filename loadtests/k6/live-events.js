import http from 'k6/http';
import { Counter, Rate, Trend } from 'k6/metrics';
import { api, asking, below, inTurn, logIn, MEASURED, SECONDS } from './deployment.js';

// Consoles that stay open: GW_STREAMS event streams at a time, each held for GW_HOLD_S and opened again.
//
// What is measured, and what not: k6 knows no server-sent events. A request that stays open until our own time-out ends it is a
// stream that was held; the time to its first byte is the time until the gateway had accepted it and sent `ready`; a stream that ends earlier
// was refused or broken off. How long an event is on its way is not measured here but by `npm run bench -- latency` and by the
// metric greenwatch_alarm_delay_seconds.

export { handleSummary } from './deployment.js';

const HOLD_S = Number(__ENV.GW_HOLD_S || 20);
const STREAMS = Number(__ENV.GW_STREAMS || 20);
/** The code of k6 for a request that our own time-out ended. */
const TIMED_OUT = 1050;

const held = new Rate('streams_held');
const refused = new Counter('streams_refused');
const opening = new Trend('stream_opening', true);

export const options = {
  ...MEASURED,
  scenarios: {
    live_events: { executor: 'constant-vus', vus: STREAMS, duration: `${SECONDS}s`, gracefulStop: `${HOLD_S + 5}s` },
  },
  thresholds: {
    http_reqs: ['count>0'],
    streams_held: ['rate>0.999'],
    streams_refused: ['count==0'],
    stream_opening: [below(95, 1_000)],
  },
};

export function setup() {
  return logIn();
}

export default function (sessions) {
  const { headers, ...asked } = asking('a stream of events', inTurn(sessions));
  const answer = http.get(api('/events'), {
    ...asked,
    headers: { ...headers, accept: 'text/event-stream' },
    timeout: `${HOLD_S}s`,
    responseType: 'none',
    // Our own time-out is no failure of the gateway; what is one is judged below.
    responseCallback: null,
  });
  const stayed = answer.error_code === TIMED_OUT && answer.timings.waiting > 0;
  held.add(stayed);
  if (stayed) opening.add(answer.timings.waiting, { name: 'a stream of events' });
  else refused.add(1);
}
