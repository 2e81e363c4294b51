import { fail } from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';

// What every scenario needs to know of the deployment: where it is, who may log in, from which addresses people come, how
// fast they come, and where the summary goes. All of it by environment, so that a scenario's file holds only what people do.

const number = (name, fallback) => {
  const value = Number(__ENV[name] || fallback);
  if (!(value > 0)) fail(`${name} is "${__ENV[name]}": a number above 0 is expected`);
  return value;
};

/** Where the gateway is. */
export const TARGET = (__ENV.GW_TARGET || 'http://127.0.0.1:8080').replace(/\/+$/, '');
/** Length of the run, s. */
export const SECONDS = number('GW_SECONDS', 60);
/** A percentile may be so many times what it is on a machine of its own. */
const PATIENCE = number('GW_PATIENCE', 1);

export const api = (path) => `${TARGET}/api/v1${path}`;

/** A bound of milliseconds, as a threshold of k6. */
export const below = (percentile, milliseconds) => `p(${percentile})<${Math.round(milliseconds * PATIENCE)}`;

// ---- who asks

const PASSWORDS = __ENV.GW_LOGINS ? readLogins(open(__ENV.GW_LOGINS)) : {};
const NAMES = (__ENV.GW_OFFICERS || '').split(',').filter(Boolean);

/** `demo-accounts.json` ({"name": "password"}) or `demo-logins.txt` (name, password, words). */
function readLogins(text) {
  if (text.trimStart().startsWith('{')) return JSON.parse(text);
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  return Object.fromEntries(lines.filter(([name, password]) => name && password));
}

/** For `setup`: logs in those of GW_OFFICERS, once each. @returns the values of their session cookies */
export function logIn() {
  if (NAMES.length === 0) fail('GW_OFFICERS names nobody: user names, separated by commas, are expected');
  return NAMES.map((username) => {
    const password = PASSWORDS[username];
    if (!password) fail(`the file of GW_LOGINS has no password of ${username}`);
    const answer = http.post(api('/sessions'), JSON.stringify({ username, password }), {
      headers: { 'content-type': 'application/json' },
      tags: { name: 'log in' },
    });
    const cookie = answer.cookies.gw_session;
    if (answer.status !== 201 || !cookie) fail(`${username} cannot log in: ${answer.status} ${answer.body}`);
    return cookie[0].value;
  });
}

/** Each iteration is somebody else, in turn. */
export const inTurn = (list) => list[exec.scenario.iterationInTest % list.length];
export const anyOf = (list) => list[Math.floor(Math.random() * list.length)];

/** Parameters of a request. `name` is what the report calls it: never the address with its ids. */
export function named(name, session) {
  const cookies = session ? { gw_session: session } : {};
  return { headers: { accept: 'application/json' }, tags: { name }, cookies };
}

/**
 * The same of an iteration. With GW_CLIENTS=forwarded each iteration comes from an address of its own, which counts where the
 * gateway trusts us (TRUSTED_PROXIES); else the addresses are those of `k6 --local-ips`.
 */
export function asking(name, session) {
  const asked = named(name, session);
  if (__ENV.GW_CLIENTS === 'forwarded') asked.headers['x-forwarded-for'] = addressOf(exec.scenario.iterationInTest);
  return asked;
}

/** 198.18.0.0/15 is kept for benchmarks (RFC 2544): no subscriber has it. */
const addressOf = (i) => `198.${18 + (Math.floor(i / 65_025) % 2)}.${Math.floor(i / 255) % 255}.${1 + (i % 254)}`;

// ---- how fast

/**
 * An open model: iterations begin at their time whether or not the ones before have ended, so that what waits shows. It rises
 * for a fifth of the time to GW_RATE a second (`rate`, if that is not set), stays, and falls. What finds no free VU is counted as
 * dropped_iterations.
 */
export function arrivals(rate, vus) {
  const aMinute = Math.max(1, Math.round(number('GW_RATE', rate) * 60));
  const atOnce = Math.ceil(number('GW_VUS', Math.max(vus, (aMinute / 60) * 4)));
  const fifth = `${Math.max(1, Math.round(SECONDS / 5))}s`;
  return {
    executor: 'ramping-arrival-rate',
    startRate: Math.max(1, Math.round(aMinute / 5)),
    timeUnit: '1m',
    preAllocatedVUs: atOnce,
    maxVUs: atOnce * 4,
    gracefulStop: '30s',
    stages: [
      { duration: fifth, target: aMinute },
      { duration: `${Math.max(1, Math.round((SECONDS * 3) / 5))}s`, target: aMinute },
      { duration: fifth, target: Math.max(1, Math.round(aMinute / 5)) },
    ],
  };
}

/** What a scenario's options share. */
export const MEASURED = {
  summaryTrendStats: ['count', 'avg', 'med', 'p(95)', 'p(99)', 'max'],
  systemTags: ['name', 'scenario', 'status', 'expected_response'],
  discardResponseBodies: false,
};

// ---- what comes of it

/** The whole summary goes to the file GW_SUMMARY; without it, the verdict goes to the terminal. */
export function handleSummary(data) {
  if (__ENV.GW_SUMMARY) return { [__ENV.GW_SUMMARY]: JSON.stringify(data) };
  const lines = [];
  for (const [metric, { thresholds = {} }] of Object.entries(data.metrics)) {
    for (const [bound, { ok }] of Object.entries(thresholds))
      lines.push(`${ok ? 'kept  ' : 'MISSED'} ${metric} ${bound}`);
  }
  const { http_reqs: requests, http_req_duration: duration } = data.metrics;
  const p95 = duration ? duration.values['p(95)'].toFixed(1) : '-';
  return { stdout: `${lines.sort().join('\n')}\n${requests ? requests.values.count : 0} requests, p95 ${p95} ms\n` };
}
