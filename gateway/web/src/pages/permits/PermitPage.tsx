import { Progress, Tabs } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router-dom';
import { useEnterprise } from '../../api/hooks';
import { Answer, Blank, Fact, Facts, PageHead, Panel } from '../../design/parts';
import { factorName, unitText } from '../../view/factors';
import { formatTime, lastDay } from '../../view/time';
import { CheckState, PermitStatus, percentText, useCheckName } from './marks';
import {
  type Permit,
  type QuotaUse,
  useApplications,
  useChecks,
  useDuties,
  usePermit,
  useQuotas,
  useVersions,
} from './queries';

const year = new Date(Date.now() + 8 * 3_600_000).getUTCFullYear();
const kg = (mass: number) => (mass >= 1000 ? `${(mass / 1000).toFixed(2)} t` : `${mass.toFixed(1)} kg`);

function QuotaBar({ use, outlet }: { use: QuotaUse; outlet?: string }) {
  const { t, i18n } = useTranslation();
  const over = use.share >= 1;
  const soon = use.share >= 0.8;
  return (
    <div data-testid="quota" data-stage={use.stage}>
      <div className="row-top">
        <span className="row-title">
          {factorName(use.factor, i18n.language)} {outlet}
        </span>
        <b>{percentText(use.share)}</b>
      </div>
      <Progress
        percent={Math.min(100, use.share * 100)}
        showInfo={false}
        status={over ? 'exception' : 'normal'}
        strokeColor={over ? undefined : soon ? '#d99a2b' : undefined}
        aria-label={t('permits.used')}
      />
      <div className="row-note">
        {t('permits.usedOf', { used: kg(use.used), quantity: kg(use.quantity) })}
        {use.forecast !== undefined && ` · ${t('permits.forecast', { mass: kg(use.forecast) })}`}
        {use.until && ` · ${t('permits.untilDay', { day: formatTime(use.until, 'day') })}`}
      </div>
    </div>
  );
}

function Quotas({ permit }: { permit: Permit }) {
  const { t } = useTranslation();
  const quotas = useQuotas(permit.enterpriseId, year, permit.quotas.length > 0);
  if (permit.quotas.length === 0) return <Blank title={t('permits.noQuotas')} />;
  return (
    <Answer of={quotas}>
      {(items) => (
        <div className="stack">
          {items
            .filter(({ permitId }) => permitId === permit.id)
            .map((use) => (
              <QuotaBar
                key={`${use.outletId} ${use.factor}`}
                use={use}
                outlet={permit.outlets.find(({ outletId }) => outletId === use.outletId)?.code ?? use.outletId}
              />
            ))}
        </div>
      )}
    </Answer>
  );
}

function Limits({ permit }: { permit: Permit }) {
  const { t, i18n } = useTranslation();
  if (permit.limits.length === 0) return <Blank title={t('permits.noLimits')} />;
  return (
    <div className="scroll-x">
      <table className="plain">
        <thead>
          <tr>
            {(['outlet', 'factor', 'period', 'limit', 'basis'] as const).map((name) => (
              <th key={name}>{t(`permits.column.${name}`)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {permit.limits.map((limit) => (
            <tr key={limit.id}>
              <td>{permit.outlets.find(({ outletId }) => outletId === limit.outletId)?.code ?? limit.outletId}</td>
              <td>{factorName(limit.factor, i18n.language)}</td>
              <td>{t(`period.${limit.period}`)}</td>
              <td className="num">
                {[limit.minimum, limit.limit].filter((one) => one !== undefined).join('–')} {unitText(limit.unit)}
              </td>
              <td>{limit.basis}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Outlets({ permit }: { permit: Permit }) {
  const { t, i18n } = useTranslation();
  if (permit.outlets.length === 0) return <Blank title={t('permits.noOutlets')} />;
  return (
    <ul className="rows">
      {permit.outlets.map((outlet) => (
        <li key={outlet.outletId}>
          <Link className="row" to={`/outlets/${outlet.outletId}`}>
            <div className="row-title">
              {outlet.code} {outlet.name}
            </div>
            <div className="row-note">
              {[
                outlet.mode && t(`permits.mode.${outlet.mode}`),
                outlet.destination,
                outlet.factors.map((factor) => factorName(factor, i18n.language)).join('、'),
              ]
                .filter(Boolean)
                .join(' · ')}
            </div>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Versions({ id }: { id: string }) {
  const { t } = useTranslation();
  const versions = useVersions(id);
  const applications = useApplications(id);
  return (
    <Answer of={versions}>
      {(items) => (
        <>
          <ol className="timeline short" data-testid="versions">
            {items.map(({ version, recordedAt, permit }) => (
              <li key={version}>
                <time dateTime={recordedAt}>{formatTime(recordedAt, 'short')}</time>
                <span className="dot" aria-hidden>
                  <i />
                </span>
                <div className="what">
                  <h3>{t('permits.version', { version })}</h3>
                  <p>
                    {t('permits.versionHolds', {
                      from: formatTime(permit.validFrom, 'day'),
                      to: lastDay(permit.validTo),
                      limits: permit.limits.length,
                      quotas: permit.quotas.length,
                    })}
                  </p>
                </div>
              </li>
            ))}
          </ol>
          {(applications.data ?? []).map((application) => (
            <p key={application.id} className="row-note">
              {formatTime(application.receivedAt, 'day')} {t(`permits.application.${application.kind}`)}{' '}
              {application.note}
            </p>
          ))}
        </>
      )}
    </Answer>
  );
}

function Detail({ permit }: { permit: Permit }) {
  const { t } = useTranslation();
  const checkName = useCheckName();
  const checks = useChecks({ enterpriseId: permit.enterpriseId, active: true });
  const duties = useDuties({ enterpriseId: permit.enterpriseId, waiting: true });
  const { requirements } = permit;
  const enterprise = useEnterprise(permit.enterpriseId);
  const holder = permit.name ?? enterprise.data?.name ?? permit.enterpriseId;
  return (
    <>
      <PageHead
        crumbs={[
          ['/permits', t('permits.page.permits')],
          [`/enterprises/${permit.enterpriseId}`, holder],
        ]}
        title={<span className="mono">{permit.number}</span>}
        sub={
          <span className="cluster">
            <PermitStatus permit={permit} />
            <span className="chip">{t(`managementClass.${permit.managementClass}`)}</span>
            <span className="chip">{t('permits.version', { version: permit.version })}</span>
          </span>
        }
      />
      <div className="columns">
        <div>
          <Panel>
            <Facts>
              <Fact label={t('permits.holder')}>{holder}</Fact>
              <Fact label={t('permits.representative')}>{permit.legalRepresentative}</Fact>
              <Fact label={t('permit.valid')}>
                {formatTime(permit.validFrom, 'day')} – {lastDay(permit.validTo)}
              </Fact>
              <Fact label={t('permit.issuer')}>{permit.issuer}</Fact>
              <Fact label={t('permits.premises')} wide>
                {permit.premises ?? permit.address ?? enterprise.data?.address}
              </Fact>
            </Facts>
          </Panel>
          <Panel title={t('permits.quotas', { year })} testId="permit-quotas">
            <Quotas permit={permit} />
          </Panel>
          <Panel flush>
            <Tabs
              style={{ padding: '0 16px' }}
              items={[
                { key: 'limits', label: t('permits.limits'), children: <Limits permit={permit} /> },
                { key: 'outlets', label: t('permits.outlets'), children: <Outlets permit={permit} /> },
                { key: 'versions', label: t('permits.versions'), children: <Versions id={permit.id} /> },
              ]}
            />
          </Panel>
        </div>
        <div>
          <Panel title={t('permits.page.checks')} flush>
            <Answer of={checks}>
              {(items) =>
                items.length === 0 ? (
                  <Blank title={t('permits.noChecks')} />
                ) : (
                  <ul className="rows">
                    {items.slice(0, 20).map((check) => (
                      <li key={check.id}>
                        <Link className="row" to={`/checks/${check.id}`}>
                          <div className="row-top">
                            <span className="row-title">{checkName(check)}</span>
                            <CheckState check={check} />
                          </div>
                          <div className="row-note">{check.text}</div>
                        </Link>
                      </li>
                    ))}
                  </ul>
                )
              }
            </Answer>
          </Panel>
          <Panel title={t('permits.obliges')}>
            <Facts narrow>
              <Fact label={t('permits.duty.ledger')}>
                {requirements?.ledger && t(`permits.every.${requirements.ledger}`)}
              </Fact>
              <Fact label={t('permits.duty.self-inspection')}>
                {requirements?.selfInspection ? t('permits.every.daily') : undefined}
              </Fact>
              <Fact label={t('permits.duty.execution-report')}>
                {requirements?.reports.map((every) => t(`permits.every.${every}`)).join('、') || undefined}
              </Fact>
              <Fact label={t('permits.duty.publicity')}>
                {requirements?.publicity && t(`permits.every.${requirements.publicity}`)}
              </Fact>
            </Facts>
            <p className="row-note" style={{ marginTop: 10 }}>
              <Link to={`/duties?enterprise=${permit.enterpriseId}`}>
                {t('permits.waiting', { count: duties.data?.length ?? 0 })}
              </Link>
            </p>
          </Panel>
        </div>
      </div>
    </>
  );
}

export default function PermitPage() {
  const { id = '' } = useParams();
  const permit = usePermit(id);
  return (
    <div className="page" data-testid="permit">
      <Answer of={permit}>{(data) => <Detail permit={data} />}</Answer>
    </div>
  );
}
