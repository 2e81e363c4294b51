import { LockOutlined } from '@ant-design/icons';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ComplaintDetail } from '../../api/types';
import { Answer, Fact, Facts, Panel, Problem, Say } from '../../design/parts';
import { formatTime } from '../../view/time';
import { useLooks, useReporter } from './hooks';

/** Who complained, shown to one role against a reason; and who looked, for everybody who handles complaints. */
export function ReporterPanel({ complaint, may }: { complaint: ComplaintDetail; may: boolean }) {
  const { t } = useTranslation();
  const reporter = useReporter(complaint.id);
  const looks = useLooks(complaint.id);
  const [reason, setReason] = useState('');
  return (
    <Panel title={t('complaint.reporter')} testId="reporter-panel">
      <div className="stack">
        <Say>{t(complaint.anonymous ? 'complaint.reporterAnonymous' : 'complaint.reporterText')}</Say>
        {reporter.data ? (
          <Facts narrow>
            <Fact label={t('complaint.reporterName')}>{reporter.data.name}</Fact>
            <Fact label={t('complaint.reporterPhone')}>{reporter.data.phone}</Fact>
            <Fact label={t('complaint.reporterAddress')}>{reporter.data.address}</Fact>
            <Fact label={t('complaint.otherComplaints')}>{reporter.data.otherComplaints}</Fact>
            <Fact label={t('complaint.reporterWords')} wide>
              <span style={{ whiteSpace: 'pre-wrap' }}>{reporter.data.text}</span>
            </Fact>
          </Facts>
        ) : (
          may && (
            <>
              <Input
                value={reason}
                onChange={({ target }) => setReason(target.value)}
                maxLength={300}
                placeholder={t('complaint.lookReason')}
                aria-label={t('complaint.lookReason')}
                data-testid="look-reason"
              />
              <Problem error={reporter.error} />
              <Button
                icon={<LockOutlined />}
                disabled={reason.trim() === ''}
                loading={reporter.isPending}
                onClick={() => reporter.mutate(reason.trim())}
                data-testid="look"
              >
                {t('complaint.look')}
              </Button>
            </>
          )
        )}
        <h3 style={{ fontSize: 13 }}>{t('complaint.looks')}</h3>
        <Answer of={looks}>
          {({ items }) =>
            items.length === 0 ? (
              <p className="muted">{t('complaint.noLooks')}</p>
            ) : (
              <ul className="rows" data-testid="looks">
                {items.map(({ at, name, reason: why }) => (
                  <li key={at + name} style={{ padding: '6px 0' }}>
                    {name} · {why}
                    <div className="row-note">{formatTime(at)}</div>
                  </li>
                ))}
              </ul>
            )
          }
        </Answer>
      </div>
    </Panel>
  );
}
