import { readFileSync } from 'node:fs';
import path from 'node:path';

export type Language = 'zh-CN' | 'en';
/** The text of a key such as `file.part.permits`; the fallback, or the key's last part, where there is none. */
export type Words = (key: string, values?: Readonly<Record<string, string | number>>, fallback?: string) => string;

const loaded = new Map<Language, Words>();

/** The pages' own texts: a printed file says what the screen says. */
export function wordsIn(language: Language): Words {
  const known = loaded.get(language);
  if (known) return known;
  const folder = path.dirname(require.resolve('@greenwatch/web/package.json'));
  const texts: unknown = JSON.parse(readFileSync(path.join(folder, 'src', 'i18n', `${language}.json`), 'utf8'));
  const words: Words = (key, values = {}, fallback) => {
    const found = key
      .split('.')
      .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], texts);
    const text = typeof found === 'string' ? found : (fallback ?? key.split('.').at(-1) ?? key);
    return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? ''));
  };
  loaded.set(language, words);
  return words;
}
