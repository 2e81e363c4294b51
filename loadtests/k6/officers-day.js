import { check } from 'k6';
import http from 'k6/http';
import { anyOf, api, arrivals, asking, below, inTurn, logIn, MEASURED, named } from './deployment.js';

// What officers of a county do all day, each with a session of their own: what is new, lists, a file, how a device is, a line
// of values. GW_RATE is the number of looks a second, of one to three requests each.

export { handleSummary } from './deployment.js';

export const options = {
  ...MEASURED,
  scenarios: { officers_day: arrivals(5, 20) },
  thresholds: {
    http_reqs: ['count>0'],
    checks: ['rate>0.999'],
    http_req_failed: ['rate<0.001'],
    dropped_iterations: ['count==0'],
    'http_req_duration{scenario:officers_day}': [below(95, 500), below(99, 1_500)],
    'http_req_duration{name:tasks}': [below(95, 500)],
    'http_req_duration{name:alarms}': [below(95, 500)],
    'http_req_duration{name:enterprises}': [below(95, 500)],
    'http_req_duration{name:latest values}': [below(95, 500)],
    'http_req_duration{name:a line of values}': [below(95, 500)],
    // The file asks every service and waits 800 ms for each.
    'http_req_duration{name:the file of an enterprise}': [below(95, 1_000)],
    'http_req_duration{name:map}': [below(95, 500)],
  },
};

const SOURCES_AN_OFFICER = 10;

/** Logs everybody in and looks at what each may see, so that no iteration asks for what is not there. */
export function setup() {
  return logIn().map((session) => {
    const get = (path) => http.get(api(path), named('set-up', session)).json();
    const { items } = get('/enterprises?limit=100');
    const enterprises = items.map(({ id }) => id);
    const details = enterprises.slice(0, SOURCES_AN_OFFICER).map((id) => get(`/enterprises/${id}`));
    const outlets = details.flatMap((detail) =>
      (detail.outlets || []).map(({ id, factors }) => ({ id, factors: (factors || []).slice(0, 4) })),
    );
    const devices = details.flatMap((detail) => (detail.devices || []).map(({ mn }) => mn));
    return { session, enterprises, outlets: outlets.filter(({ factors }) => factors.length > 0), devices };
  });
}

const HOUR = 3_600_000;
const at = (time) => encodeURIComponent(new Date(time).toISOString());

/** One look at something; the weights are how often, of a hundred. */
const LOOKS = [
  [
    30,
    ({ session }) => {
      get('/tasks?open=true&limit=50', 'tasks', session);
      get('/alarms?active=true&limit=50', 'alarms', session);
    },
  ],
  [10, ({ session }) => get('/map?bbox=118,27,123,31.5&zoom=8', 'map', session)],
  [
    15,
    ({ session }) => {
      const { next } = get('/enterprises?limit=50', 'enterprises', session).json();
      if (next) get(`/enterprises?limit=50&after=${encodeURIComponent(next)}`, 'enterprises', session);
    },
  ],
  [
    15,
    ({ session, enterprises }) => {
      if (enterprises.length > 0) get(`/enterprises/${anyOf(enterprises)}/file`, 'the file of an enterprise', session);
    },
  ],
  [
    15,
    ({ session, devices }) => {
      if (devices.length === 0) return;
      const mns = devices.slice(0, 50).map((mn) => `mn=${encodeURIComponent(mn)}`);
      get(`/readings/latest?${mns.join('&')}`, 'latest values', session);
      get(`/devices/links?${mns.join('&')}`, 'which devices are connected', session);
    },
  ],
  [
    15,
    ({ session, outlets }) => {
      if (outlets.length === 0) return;
      const { id, factors } = anyOf(outlets);
      const now = Date.now();
      const wanted = factors.map((factor) => `factor=${factor}`).join('&');
      get(
        `/readings/lines?outletId=${id}&kind=realtime&${wanted}&from=${at(now - 6 * HOUR)}&to=${at(now)}&points=500`,
        'a line of values',
        session,
      );
    },
  ],
];
const ALL = LOOKS.reduce((sum, [weight]) => sum + weight, 0);

export default function (officers) {
  const officer = inTurn(officers);
  let left = Math.random() * ALL;
  for (const [weight, look] of LOOKS) {
    left -= weight;
    if (left < 0) {
      look(officer);
      return;
    }
  }
}

function get(path, name, session) {
  const answer = http.get(api(path), asking(name, session));
  check(answer, { 'answered with 200': ({ status }) => status === 200 });
  return answer;
}
