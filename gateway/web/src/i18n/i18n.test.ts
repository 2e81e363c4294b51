import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import en from './en.json';
import zh from './zh-CN.json';

type Texts = { [key: string]: string | Texts };
const flat = (texts: Texts, before = ''): [string, string][] =>
  Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'string' ? [[before + key, value] as [string, string]] : flat(value, `${before}${key}.`),
  );
const chinese = new Map(flat(zh));
const english = new Map(flat(en));
const placeholders = (text = '') => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((m) => m[1]).sort();

const root = path.join(__dirname, '..');
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.test.ts'))
  .map((file) => readFileSync(path.join(root, file), 'utf8'));

it('both languages have the same keys, none of them empty', () => {
  expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort());
  expect([...chinese, ...english].filter(([, text]) => text.trim() === '')).toEqual([]);
});

it('both languages fill in the same values', () => {
  const differing = [...chinese].filter(
    ([key, text]) => placeholders(text).join() !== placeholders(english.get(key)).join(),
  );
  expect(differing).toEqual([]);
});

it('every text that a page names exists', () => {
  const named = sources.flatMap((text) => [...text.matchAll(/\bt\(\s*'([\w.-]+)'/g)].map((m) => m[1] as string));
  expect(named.length).toBeGreaterThan(150);
  expect([...new Set(named)].filter((key) => !chinese.has(key))).toEqual([]);
});

it('every family of texts that a page completes exists', () => {
  const families = sources.flatMap((text) =>
    [...text.matchAll(/\bt\(\s*`([\w.-]+\.)\$\{/g)].map((m) => m[1] as string),
  );
  expect(families.length).toBeGreaterThan(20);
  const known = [...chinese.keys()];
  expect([...new Set(families)].filter((family) => !known.some((key) => key.startsWith(family)))).toEqual([]);
});

it('domain.md 7: never says more than that something is suspected', () => {
  const tooMuch = [...chinese, ...english].filter(([, text]) => /造假|forged|falsif|fraud/i.test(text));
  expect(tooMuch).toEqual([]);
});
