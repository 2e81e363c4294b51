import { useTranslation } from 'react-i18next';
import { useNoticesOf, usePersonNames } from '../../api/hooks';
import type { Delivery, Notice } from '../../api/types';
import { Answer, Panel } from '../../design/parts';
import { formatTime } from '../../view/time';

const TONE: Record<Delivery['status'], string> = {
  queued: '',
  sending: '',
  skipped: '',
  unknown: 'mid',
  sent: 'low',
  delivered: 'normal',
  read: 'normal',
  failed: 'urgent',
};

export function Deliveries({ notice }: { notice: Notice }) {
  const { t } = useTranslation();
  return (
    <ul className="stack" style={{ gap: 3, marginTop: 4 }}>
      {notice.deliveries.map((d) => (
        <li key={d.channel} className="cluster" style={{ fontSize: 12.5 }} data-testid={`delivery-${d.channel}`}>
          <span className={`chip ${TONE[d.status]}`}>
            {t(`channel.${d.channel}`)} · {t(`delivery.${d.status}`)}
          </span>
          <span className="muted">
            {[
              d.to,
              formatTime(d.at, 'short'),
              d.attempts > 1 ? t('delivery.attempts', { count: d.attempts }) : '',
              // Ours are known by a code; what an SMSC says is shown as it said it.
              d.error && t(`delivery.why.${d.error}`, { defaultValue: d.error }),
            ]
              .filter(Boolean)
              .join(' · ')}
          </span>
        </li>
      ))}
    </ul>
  );
}

function List({ notices, names }: { notices: Notice[]; names: Record<string, string> }) {
  const { t } = useTranslation();
  const nameOf = usePersonNames(
    notices.map((notice) => notice.recipientPersonId),
    names,
  );
  if (notices.length === 0) return <p className="muted">{t('told.nobody')}</p>;
  return (
    <ul className="people" data-testid="told">
      {notices.map((notice) => (
        <li key={notice.id} style={{ alignItems: 'flex-start' }}>
          <span className="avatar" aria-hidden>
            {nameOf(notice.recipientPersonId).slice(0, 1)}
          </span>
          <div style={{ minWidth: 0 }}>
            <b style={{ fontWeight: 500 }}>{nameOf(notice.recipientPersonId)}</b>{' '}
            <span className="muted" style={{ fontSize: 12.5 }}>
              {formatTime(notice.createdAt, 'short')}
            </span>
            <div style={{ fontSize: 13 }}>{notice.title}</div>
            <Deliveries notice={notice} />
          </div>
        </li>
      ))}
    </ul>
  );
}

/**
 * Who was told, when, and what came of it: kept as evidence (domain.md 7). `names`: those known already, by person id.
 */
export function Told(props: { subjects: Notice['subject'][]; names: Record<string, string> }) {
  const { t } = useTranslation();
  const notices = useNoticesOf(props.subjects);
  return (
    <Panel title={t('told.title')} testId="told-panel">
      <Answer of={notices}>{(data) => <List notices={data} names={props.names} />}</Answer>
    </Panel>
  );
}
