import { Select, type TableColumnsType } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import { useRefusals } from '../../api/hooks';
import type { Refusal } from '../../api/types';
import { KeyedList } from '../../design/KeyedList';
import { useFilters } from '../../design/use-filters';
import { REFUSAL_REASONS } from '../../view/device';
import { formatTime } from '../../view/time';
import { devicePath } from './queries';

/** Packets that were refused, each with its cause, its detail and its bytes; of one device or of all the caller sees. */
export function Refusals({ mn }: { mn?: string }) {
  const { t } = useTranslation();
  const [search, set] = useFilters();
  const reason = search.get('reason') ?? undefined;
  const refusals = useRefusals({ reason, mn, ...(mn === undefined ? {} : { limit: 10 }) });
  const columns: TableColumnsType<Refusal> = [
    { title: t('refusal.at'), render: (_, r) => formatTime(r.at, 'second') },
    {
      title: t('refusal.reason'),
      render: (_, r) => <span className="chip urgent">{t(`refusalReason.${r.reason}`)}</span>,
    },
    {
      title: t('refusal.detail'),
      render: (_, r) => <span style={{ whiteSpace: 'normal' }}>{r.detail}</span>,
      width: 340,
    },
    ...(mn === undefined
      ? [
          {
            title: t('device.mn'),
            render: (_: unknown, r: Refusal) =>
              r.mn ? (
                <Link className="mono" to={devicePath(r.mn)}>
                  {r.mn}
                </Link>
              ) : (
                '–'
              ),
          },
        ]
      : []),
    {
      title: t('refusal.address'),
      render: (_, r) => (
        <>
          <span className="mono">{r.address}</span>
          <div className="row-note">{t(`refusal.way.${r.way}`)}</div>
        </>
      ),
    },
    {
      title: t('refusal.raw'),
      render: (_, r) => <Raw of={r} />,
      width: 320,
    },
  ];
  return (
    <>
      <div style={{ padding: '12px 14px 8px' }}>
        <Select
          allowClear
          value={reason}
          onChange={(value: string | undefined) => set('reason', value)}
          placeholder={t('refusal.anyReason')}
          aria-label={t('refusal.anyReason')}
          style={{ minWidth: 200 }}
          options={REFUSAL_REASONS.map((value) => ({ value, label: t(`refusalReason.${value}`) }))}
          data-testid="refusal-reason"
        />
      </div>
      <KeyedList
        of={refusals}
        keyOf={(r) => r.id}
        columns={columns}
        row={(r) => (
          <>
            <div className="row-top">
              <span className="chip urgent">{t(`refusalReason.${r.reason}`)}</span>
              <span className="muted" style={{ fontSize: 12.5 }}>
                {formatTime(r.at, 'second')}
              </span>
            </div>
            <div className="row-title">{r.detail}</div>
            <div className="row-note mono">{[mn === undefined && r.mn, r.address].filter(Boolean).join(' · ')}</div>
            <Raw of={r} />
          </>
        )}
        empty={{ title: t('refusal.none'), text: t('refusal.noneText') }}
        testId="refusals"
      />
    </>
  );
}

function Raw({ of: { raw, size } }: { of: Refusal }) {
  const { t } = useTranslation();
  return (
    <details>
      <summary>{t('refusal.bytes', { count: size })}</summary>
      <code className="raw">{raw}</code>
    </details>
  );
}
