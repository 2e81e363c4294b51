import { describeFeature, type Sentence, sentenceText } from '@greenwatch/authenticity';
import type { BothLanguages } from '@greenwatch/contracts';
import { factorInfo } from '@greenwatch/hj212';

/** The five tests by name (domain.md 2.1), and what is no test. */
const TESTS = new Map<string, BothLanguages>([
  ['E', { zh: '超标检验', en: 'Exceedance test' }],
  ['F', { zh: '波动检验', en: 'Fluctuation test' }],
  ['Z', { zh: '零值与恒值检验', en: 'Zero and constant test' }],
  ['B', { zh: '箱体检验', en: 'Box test' }],
  ['W', { zh: '工况检验', en: 'Working-condition test' }],
  // What the model takes from every outlet.
  ['prior', { zh: '基础扣分', en: 'Base' }],
]);

/** A sentence of the scoring in both languages; a code of another version of the rules is shown as it is. */
export function inWords(sentence: Sentence): BothLanguages {
  return { zh: inChinese(sentence), en: text(sentence, 'en') };
}

export const inChinese = (sentence: Sentence): string => text(sentence, 'zh');

/** A factor's code of HJ 212-2017 inside a value, e.g. `w01018`. */
const FACTOR = /\b[aw]\d{5}\b/g;

/** The values of a sentence with factors by their names: nobody at the place knows them by code. */
function named(values: Sentence['values'], language: 'zh' | 'en'): Sentence['values'] {
  const name = (code: string) => {
    const info = factorInfo(code);
    return (language === 'en' ? info?.nameEn : info?.nameZh) ?? code;
  };
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      typeof value === 'string' ? value.replace(FACTOR, name) : value,
    ]),
  );
}

function text(sentence: Sentence, language: 'zh' | 'en'): string {
  try {
    return sentenceText({ ...sentence, values: named(sentence.values, language) }, language);
  } catch (error) {
    // Stored by rules that are no longer here: the code and its numbers still say something.
    if (error instanceof RangeError) return `${sentence.code} ${JSON.stringify(sentence.values)}`;
    throw error;
  }
}

/** Name of a test or of a feature of the model. */
export function featureName(feature: string): BothLanguages {
  const test = TESTS.get(feature);
  if (test) return test;
  try {
    return { zh: describeFeature(feature, 'zh'), en: describeFeature(feature, 'en') };
  } catch (error) {
    if (error instanceof RangeError) return { zh: feature, en: feature };
    throw error;
  }
}
