import { useTranslation } from 'react-i18next';
import type { AuthenticityLevel, BothLanguages, Suspicion } from '../../api/types';
import { StateGlyph } from '../../design/StateGlyph';

const STATE = { normal: 'normal', watch: 'low', suspect: 'high', 'strongly-suspect': 'urgent' } as const;

/** Level of an authenticity by shape, colour and word; without one there were too few data. */
export function AuthenticityChip({ level }: { level: AuthenticityLevel | undefined }) {
  const { t } = useTranslation();
  if (!level) return <span className="chip">{t('authenticity.insufficient')}</span>;
  return (
    <span className={`chip ${STATE[level]}`} data-level={level}>
      <StateGlyph state={STATE[level]} size={11} />
      {t(`authenticity.level.${level}`)}
    </span>
  );
}

export function SuspicionChip({ state }: { state: Suspicion['state'] }) {
  const { t } = useTranslation();
  return (
    <span className={`chip ${state === 'open' ? 'high' : ''}`} data-state={state}>
      {t(`authenticity.suspicionState.${state}`)}
    </span>
  );
}

/** The sentence in the language of the page. */
export function useInLanguage(): (text: BothLanguages) => string {
  const { i18n } = useTranslation();
  return (text) => (i18n.language.startsWith('en') ? text.en : text.zh);
}

export const scoreText = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(1));

/** A p-value as one reads it: three digits, or its order of magnitude. */
export const pText = (p: number | undefined): string =>
  p === undefined ? '–' : p >= 0.001 ? p.toFixed(3) : p.toExponential(1);
