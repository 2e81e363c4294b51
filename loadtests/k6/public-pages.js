import { check } from 'k6';
import http from 'k6/http';
import { anyOf, api, arrivals, asking, below, MEASURED, named, TARGET } from './deployment.js';

// What anybody looks at without log-in: the pages with what belongs to them, closed complaints, credit colours. GW_RATE is visits a second.

export { handleSummary } from './deployment.js';

export const options = {
  ...MEASURED,
  scenarios: { public_pages: arrivals(5, 20) },
  thresholds: {
    http_reqs: ['count>0'],
    checks: ['rate>0.999'],
    http_req_failed: ['rate<0.001'],
    dropped_iterations: ['count==0'],
    'http_req_duration{name:a page}': [below(95, 200)],
    'http_req_duration{name:what belongs to a page}': [below(95, 500)],
    'http_req_duration{name:closed complaints}': [below(95, 500)],
    'http_req_duration{name:colours of credit}': [below(95, 500)],
    'http_req_duration{name:counties}': [below(95, 500)],
  },
};

/** The scripts and styles that the page names. */
export function setup() {
  const page = http.get(`${TARGET}/public/complaint`, named('set-up')).body || '';
  return [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+\.(?:js|css))"/g)].map(([, path]) => path);
}

export default function (assets) {
  get(`${TARGET}/public/complaint`, 'a page');
  // A browser keeps them for a year: one visitor in ten has not been here before.
  if (Math.random() < 0.1) for (const path of assets) get(`${TARGET}${path}`, 'what belongs to a page');
  const look = anyOf(['complaints', 'credit', 'counties']);
  if (look === 'complaints') get(api('/public/complaints?limit=20'), 'closed complaints');
  else if (look === 'credit') get(api('/public/credit?limit=20'), 'colours of credit');
  else get(api('/public/complaints/divisions'), 'counties');
}

function get(address, name) {
  const answer = http.get(address, { ...asking(name), responseType: 'none' });
  check(answer, { 'answered with 200': ({ status }) => status === 200 });
}
