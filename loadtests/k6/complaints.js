import { check } from 'k6';
import http from 'k6/http';
import { Rate } from 'k6/metrics';
import { anyOf, api, arrivals, asking, below, MEASURED } from './deployment.js';

// A citizen complains with a photo and asks how it stands. GW_RATE is complaints a second. The service lets one address make
// ten an hour (COMPLAINTS_PER_ADDRESS_HOUR), so the citizens need addresses of their own: GW_CLIENTS=forwarded, or k6's --local-ips.

export { handleSummary } from './deployment.js';

/** Turned away because too much came from one address: then the limit was measured, and not the service. */
const turnedAway = new Rate('turned_away_by_the_limit');

export const options = {
  ...MEASURED,
  scenarios: { complaints: arrivals(0.2, 5) },
  thresholds: {
    http_reqs: ['count>0'],
    checks: ['rate>0.999'],
    http_req_failed: ['rate<0.001'],
    dropped_iterations: ['count==0'],
    turned_away_by_the_limit: ['rate==0'],
    // A photo is decoded and encoded anew before it is kept, one at a time in each process.
    'http_req_duration{name:send a photo}': [below(95, 2_000)],
    'http_req_duration{name:complain}': [below(95, 1_000)],
    'http_req_duration{name:ask how it stands}': [below(95, 500)],
  },
};

const PHOTO = new Uint8Array(open('./photo.jpg', 'b'));
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const random = (length) => Array.from({ length }, () => anyOf(LETTERS)).join('');
const WORDS = ['夜间有刺鼻气味', '烟囱冒黑烟', '河水发黑发臭', '施工噪声扰民', '工厂排放异味', '粉尘落在窗台上'];
const CATEGORIES = ['odour', 'air', 'water', 'noise', 'odour', 'air'];

export default function () {
  const clientId = random(32);
  const photo = sendPhoto(clientId);
  if (!photo) return;
  const what = Math.floor(Math.random() * WORDS.length);
  const complaint = {
    clientId,
    category: CATEGORIES[what],
    lon: 120.55 + (Math.random() - 0.5) / 5,
    lat: 30.63 + (Math.random() - 0.5) / 5,
    datum: 'WGS84',
    place: `测试路${1 + Math.floor(Math.random() * 999)}号`,
    text: `${WORDS[what]}，请查看。${random(8)}`,
    photos: [photo],
  };
  const made = post('/public/complaints', complaint, 'complain', 201);
  if (!made) return;
  const { number, secret } = made.json();
  const stands = post('/public/complaints/track', { number, secret }, 'ask how it stands', 200);
  if (stands) check(stands.json(), { 'the photo is there': ({ photos }) => photos === 1 });
}

function post(path, body, name, expected) {
  const asked = asking(name);
  const answer = http.post(api(path), JSON.stringify(body), {
    ...asked,
    headers: { ...asked.headers, 'content-type': 'application/json' },
  });
  return judged(answer, expected);
}

function judged(answer, expected) {
  turnedAway.add(answer.status === 429);
  return check(answer, { 'taken in': ({ status }) => status === expected }) ? answer : undefined;
}

const bytesOf = (text) => new Uint8Array([...text].map((letter) => letter.charCodeAt(0)));

/** The text field must come before the file, and k6 gives the fields of an object no order: so the body is put together here. */
function sendPhoto(clientId) {
  const boundary = `greenwatch${random(20)}`;
  const part = (disposition, type) =>
    `--${boundary}\r\ncontent-disposition: form-data; ${disposition}\r\n${type ? `content-type: ${type}\r\n` : ''}\r\n`;
  const head = bytesOf(
    `${part('name="clientId"')}${clientId}\r\n${part('name="photo"; filename="place.jpg"', 'image/jpeg')}`,
  );
  const tail = bytesOf(`\r\n--${boundary}--\r\n`);
  const body = new Uint8Array(head.length + PHOTO.length + tail.length);
  body.set(head);
  body.set(PHOTO, head.length);
  body.set(tail, head.length + PHOTO.length);
  const asked = asking('send a photo');
  const answer = judged(
    http.post(api('/public/complaints/photos'), body.buffer, {
      ...asked,
      headers: { ...asked.headers, 'content-type': `multipart/form-data; boundary=${boundary}` },
    }),
    201,
  );
  return answer ? answer.json('id') : undefined;
}
