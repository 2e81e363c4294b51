import { useTranslation } from 'react-i18next';
import type { Case } from '../../api/types';
import { useNow } from '../../design/use-now';
import { caseDue } from '../../view/case-steps';
import { urgency } from '../../view/due-clock';
import { formatTime } from '../../view/time';

const TONE: Record<Case['state'], string> = {
  filed: 'mid',
  noticed: 'high',
  decided: 'urgent',
  closed: 'normal',
  withdrawn: '',
};

export function CaseStateChip({ state }: { state: Case['state'] }) {
  const { t } = useTranslation();
  return <span className={`chip ${TONE[state]}`}>{t(`case.state.${state}`)}</span>;
}

/** The step that is due and until when. */
export function CaseClock({ of }: { of: Case }) {
  const { t } = useTranslation();
  const now = useNow();
  const due = caseDue(of);
  if (!due) return null;
  const how = urgency(Date.parse(due.at), now);
  return (
    <span className={`due ${how}`}>
      {t(`case.due.${due.kind}`)} {formatTime(due.at, 'day')}
    </span>
  );
}
