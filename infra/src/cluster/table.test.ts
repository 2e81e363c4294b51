import { type Row, table, tally } from './table';

const rows: Row[] = [
  { step: 'install', seen: 'all pods ready after 61 s', bound: 'ready within 600 s', ok: true },
  { step: 'scale', seen: 'lost 3', bound: 'lost 0', ok: false },
];

test('a line a row below its head, in columns', () => {
  expect(table(rows).split('\n')).toEqual([
    'step     seen                       bound',
    '-------  -------------------------  ------------------  ------',
    'install  all pods ready after 61 s  ready within 600 s  ok',
    'scale    lost 3                     lost 0              FAILED',
  ]);
});

test('a long cell goes on below itself, and no word is lost', () => {
  const seen = Array.from({ length: 30 }, (_, i) => `word${i}`).join(' ');
  const lines = table([{ step: 'pods', seen, bound: 'none', ok: true }]).split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(100);
  const words = lines.slice(2).flatMap((line) => line.match(/word\d+/g) ?? []);
  expect(words.join(' ')).toBe(seen);
  expect(lines.filter((line) => line.includes('ok'))).toHaveLength(1);
});

test.each([
  { given: rows, said: '1 passed, 1 failed' },
  { given: [], said: '0 passed, 0 failed' },
])('the last line counts: $said', ({ given, said }) => {
  expect(tally(given)).toBe(said);
});
