import { useTranslation } from 'react-i18next';
import type { Colour, CreditEntry, CreditScheme, RatingRow } from './queries';

/** Colours of the rating as they are printed: not the interface's own. */
export const PAINT: Record<Colour, string> = {
  green: '#1f8a4c',
  blue: '#2f6fb2',
  yellow: '#b58500',
  red: '#c0392b',
  black: '#262626',
};
export const COLOURS: readonly Colour[] = ['green', 'blue', 'yellow', 'red', 'black'];

/** The colour with its word: never by colour alone. */
export function ColourChip({ colour, score }: { colour: Colour; score?: number }) {
  const { t } = useTranslation();
  return (
    <span className="chip" style={{ background: PAINT[colour], color: '#fff' }} data-colour={colour}>
      {t(`credit.colour.${colour}`)}
      {score !== undefined && <b style={{ fontWeight: 600 }}>{score}</b>}
    </span>
  );
}

/** A name in the language of the page. */
export function useName(): (name: { zh: string; en: string }) => string {
  const { i18n } = useTranslation();
  return (name) => (i18n.language === 'en' ? name.en : name.zh);
}

const ENTRY_TONE: Record<CreditEntry['status'], string> = {
  effective: 'high',
  appealed: 'mid',
  cancelled: '',
  repaired: 'normal',
};
export function EntryStatusChip({ status }: { status: CreditEntry['status'] }) {
  const { t } = useTranslation();
  return <span className={`chip ${ENTRY_TONE[status]}`}>{t(`credit.entryStatus.${status}`)}</span>;
}

const RATING_TONE: Record<RatingRow['state'], string> = {
  draft: '',
  notice: 'mid',
  objection: 'high',
  publicity: 'low',
  final: 'normal',
  withdrawn: '',
};
export function RatingStateChip({ rating }: { rating: Pick<RatingRow, 'state' | 'frozen' | 'overdue'> }) {
  const { t } = useTranslation();
  return (
    <span className="cluster">
      <span className={`chip ${RATING_TONE[rating.state]}`} data-state={rating.state}>
        {t(`credit.ratingState.${rating.state}`)}
      </span>
      {rating.frozen && <span className="chip mid">{t('credit.frozen')}</span>}
      {rating.overdue && <span className="chip urgent">{t('credit.overdue')}</span>}
    </span>
  );
}

/** Event and topic of an entry in words. */
export function useEventName(): (entry: { event?: string; topic?: string }) => string {
  const { t } = useTranslation();
  return ({ event = '', topic }) =>
    [t(`credit.event.${event}`, { defaultValue: event }), topic && t(`credit.topic.${topic}`, { defaultValue: topic })]
      .filter(Boolean)
      .join(' · ');
}

/** The newest version of each scheme. */
export function newest(schemes: readonly CreditScheme[] = []): CreditScheme[] {
  const byId = new Map<string, CreditScheme>();
  for (const scheme of schemes) {
    if ((byId.get(scheme.id)?.version ?? 0) < scheme.version) byId.set(scheme.id, scheme);
  }
  return [...byId.values()];
}

/** Points with their sign. */
export const signed = (points: number): string => `${points > 0 ? '+' : ''}${Number(points.toFixed(2))}`;
