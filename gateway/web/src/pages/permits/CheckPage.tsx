import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router-dom';
import { LevelChip } from '../../design/marks';
import { Answer, Blank, Fact, Facts, PageHead, Panel, Say } from '../../design/parts';
import { useSelf } from '../../me';
import { ofAuthority } from '../../view/access';
import { factorName } from '../../view/factors';
import { formatTime } from '../../view/time';
import { OutletLink } from '../outlet/outlet-name';
import { CheckState, useCheckName } from './marks';
import { type Check, useCheck } from './queries';

function Detail({ check }: { check: Check }) {
  const { t, i18n } = useTranslation();
  const me = useSelf();
  const name = useCheckName();
  return (
    <>
      <PageHead
        crumbs={[
          ['/checks', t('permits.page.checks')],
          [`/enterprises/${check.enterpriseId}`, check.enterpriseName],
        ]}
        title={name(check)}
        sub={
          <span className="cluster">
            <LevelChip level={check.level} />
            <CheckState check={check} />
            {check.clue && ofAuthority(me) && <span className="chip">{t(`permits.clue.${check.clue}`)}</span>}
          </span>
        }
      />
      <Panel>
        <p style={{ marginBottom: 14, fontSize: 16 }} data-testid="check-text">
          {check.text}
        </p>
        <Facts>
          <Fact label={t('permits.column.since')}>{formatTime(check.openedAt)}</Fact>
          {check.closedAt && <Fact label={t('permits.column.ended')}>{formatTime(check.closedAt)}</Fact>}
          {check.outletId && (
            <Fact label={t('permits.column.outlet')}>
              <OutletLink id={check.outletId} />
            </Fact>
          )}
          {check.factor && <Fact label={t('permits.column.factor')}>{factorName(check.factor, i18n.language)}</Fact>}
          {check.projectId && (
            <Fact label={t('permits.page.projects')}>
              <Link to={`/projects/${check.projectId}`}>{t('permits.openProject')}</Link>
            </Fact>
          )}
          {check.permitId && (
            <Fact label={t('permits.page.permits')}>
              <Link to={`/permits/${check.permitId}`}>{t('permits.openPermit')}</Link>
            </Fact>
          )}
          <Fact label={t('permits.column.basis')} wide>
            {check.basis}
          </Fact>
        </Facts>
      </Panel>
      <Panel title={t('permits.evidence')} flush testId="check-evidence">
        {check.evidence.length === 0 ? (
          <Blank title={t('permits.noEvidence')} />
        ) : (
          <div className="scroll-x">
            <table className="plain">
              <tbody>
                {check.evidence.map((one) => (
                  <tr key={`${one.name} ${one.value} ${one.at}`}>
                    <td className="muted" style={{ width: '38%' }}>
                      {one.name}
                    </td>
                    <td>
                      {one.value}
                      <div className="row-note">{one.at && formatTime(one.at)}</div>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Panel>
      <div style={{ marginTop: 12 }}>
        <Say>{t('permits.onlySuspected')}</Say>
      </div>
    </>
  );
}

export default function CheckPage() {
  const { id = '' } = useParams();
  const check = useCheck(id);
  return (
    <div className="page" data-testid="check">
      <Answer of={check}>{(data) => <Detail check={data} />}</Answer>
    </div>
  );
}
