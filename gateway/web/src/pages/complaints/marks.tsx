import { useTranslation } from 'react-i18next';
import type { Complaint, ComplaintState } from '../../api/types';
import { useSpan } from '../../design/marks';
import { useNow } from '../../design/use-now';
import { complaintDue, complaintUrgency } from '../../view/complaint-due';
import { formatTime } from '../../view/time';

const TONE: Record<ComplaintState, string> = {
  received: 'mid',
  accepted: 'brand-chip',
  refused: '',
  merged: '',
  investigating: 'low',
  answered: 'normal',
  closed: '',
};

export function ComplaintStateChip({ state }: { state: ComplaintState }) {
  const { t } = useTranslation();
  return (
    <span className={`chip ${TONE[state]}`} data-state={state}>
      {t(`complaint.state.${state}`)}
    </span>
  );
}

/** The clock that runs, and how long is left or by how much it is over. */
export function ComplaintClock({ complaint }: { complaint: Complaint }) {
  const { t } = useTranslation();
  const now = useNow();
  const span = useSpan();
  const due = complaintDue(complaint);
  if (!due) return <span className="muted">–</span>;
  const at = Date.parse(due.at);
  const how = complaintUrgency(at, now);
  return (
    <span className={`due ${how}`} title={formatTime(due.at)} data-testid="complaint-due">
      <span>{t(`complaint.dueOf.${due.kind}`)}</span>
      <span>{t(how === 'over' ? 'due.over' : 'due.left', { span: span(at - now) })}</span>
    </span>
  );
}
