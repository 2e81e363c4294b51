import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router-dom';
import { Answer, Blank, Fact, Facts, PageHead, Panel, Say } from '../../design/parts';
import { useSelf } from '../../me';
import { factorName } from '../../view/factors';
import { formatTime } from '../../view/time';
import { useOutletNames } from '../outlet/outlet-name';
import { DutyForm } from './duty-forms';
import { DutyState, percentText } from './marks';
import { type DutyDetail, useDuty } from './queries';

function Inspection({ duty }: { duty: DutyDetail }) {
  const { t, i18n } = useTranslation();
  const answers = new Map(duty.inspection?.map((answer) => [answer.item, answer]));
  const english = i18n.language === 'en';
  const problems = duty.inspection?.filter(({ result }) => result === 'problem') ?? [];
  return (
    <div className="stack">
      <Say tone={problems.length > 0 ? 'warn' : 'info'}>{t('permits.problemsFound', { count: problems.length })}</Say>
      {(duty.list?.groups ?? []).map((group) => (
        <div key={group.id}>
          <h3>{english ? group.nameEn : group.name}</h3>
          <ul className="rows">
            {group.items.map((item) => {
              const answer = answers.get(item.id);
              return (
                <li key={item.id} style={{ padding: '6px 0' }}>
                  <span className={`chip ${answer?.result === 'problem' ? 'urgent' : ''}`}>
                    {answer && t(`permits.answer.${answer.result}`)}
                  </span>{' '}
                  {english ? item.textEn : item.text}
                  {answer?.remark && <div className="quote">{answer.remark}</div>}
                </li>
              );
            })}
          </ul>
        </div>
      ))}
    </div>
  );
}

function Submitted({ duty }: { duty: DutyDetail }) {
  const { t, i18n } = useTranslation();
  const factor = (code: string) => factorName(code, i18n.language);
  const { ledger, report, monitoring, publicity, differences } = duty;
  const outlet = useOutletNames((monitoring ?? []).flatMap(({ outletId }) => outletId ?? []));
  if (duty.inspection) return <Inspection duty={duty} />;
  if (!ledger && !report && !monitoring && !publicity) return <Blank title={t('permits.keptElsewhere')} />;
  return (
    <div className="stack">
      {ledger && (
        <Facts>
          <Fact label={t('permits.productionHours')}>{ledger.productionHours}</Fact>
          {ledger.treatment.map((one) => (
            <Fact key={one.facility} label={one.facility}>
              {t('permits.hours', { count: one.runningHours })}
              {one.fault && <div className="quote">{`${one.fault.cause} → ${one.fault.measure}`}</div>}
            </Fact>
          ))}
          <Fact label={t('permits.exceedanceCause')} wide>
            {ledger.exceedanceCause}
          </Fact>
        </Facts>
      )}
      {report && (
        <>
          <Facts>
            {report.totals.map((total) => (
              <Fact key={total.factor} label={factor(total.factor)}>
                {total.quantity} kg
              </Fact>
            ))}
          </Facts>
          <p style={{ whiteSpace: 'pre-wrap' }}>{report.text}</p>
        </>
      )}
      {differences && (
        <Say tone="warn">
          {t('permits.differsFromMonitored')}
          <ul>
            {differences.map((one) => (
              <li key={one.factor}>
                {t('permits.difference', {
                  factor: factor(one.factor),
                  reported: one.reported.toFixed(1),
                  monitored: one.monitored.toFixed(1),
                  share: percentText(one.difference),
                })}
              </li>
            ))}
          </ul>
        </Say>
      )}
      {monitoring?.map((one) => (
        <p key={`${one.outletId} ${one.factor} ${one.at}`}>
          {formatTime(one.at, 'day')} {one.outletId && outlet(one.outletId)} {factor(one.factor)} {one.value} {one.unit}
        </p>
      ))}
      {publicity && (
        <p>
          {formatTime(publicity.publishedAt)}{' '}
          <a href={publicity.url} target="_blank" rel="noreferrer">
            {publicity.url}
          </a>
        </p>
      )}
    </div>
  );
}

function Detail({ duty }: { duty: DutyDetail }) {
  const { t } = useTranslation();
  const me = useSelf();
  const mine = me.roles.includes('principal') && me.enterpriseId === duty.enterpriseId;
  return (
    <>
      <PageHead
        crumbs={[['/duties', t('permits.page.duties')]]}
        title={`${t(`permits.duty.${duty.kind}`)} ${duty.period}`}
        sub={
          <span className="cluster">
            <DutyState duty={duty} />
            <Link to={`/enterprises/${duty.enterpriseId}`}>{duty.enterpriseName}</Link>
          </span>
        }
      />
      <Panel>
        <Facts narrow>
          <Fact label={t('permits.dueAt')}>{formatTime(duty.dueAt)}</Fact>
          <Fact label={t('permits.cameAt')}>{duty.fulfilledAt && formatTime(duty.fulfilledAt)}</Fact>
          <Fact label={t('permits.submittedBy')}>{duty.submittedBy}</Fact>
        </Facts>
      </Panel>
      <Panel title={t(duty.fulfilledAt || !mine ? 'permits.handedIn' : 'permits.handIn')} testId="duty-content">
        {duty.fulfilledAt ? (
          <Submitted duty={duty} />
        ) : mine ? (
          <DutyForm duty={duty} />
        ) : (
          <Blank title={t('permits.notYet')} />
        )}
      </Panel>
    </>
  );
}

export default function DutyPage() {
  const { id = '' } = useParams();
  const duty = useDuty(id);
  return (
    <div className="page" data-testid="duty" data-state={duty.data?.state}>
      <Answer of={duty}>{(data) => <Detail duty={data} />}</Answer>
    </div>
  );
}
