import { Button } from 'antd';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router-dom';
import { apiUrl } from '../../api/client';
import { usePersonNames, useTask } from '../../api/hooks';
import type { ComplaintDetail } from '../../api/types';
import { LevelChip, TaskStateChip } from '../../design/marks';
import { Answer, Fact, Facts, Loading, PageHead, Panel, Problem, Say } from '../../design/parts';
import { useSelf } from '../../me';
import { complaintDue } from '../../view/complaint-due';
import { formatDistance } from '../../view/place';
import { formatTime } from '../../view/time';
import { AnswerForm, Close, Command, Extend, Forward, Refuse } from './commands';
import { useComplaint, useComplaintCommand } from './hooks';
import { ComplaintClock, ComplaintStateChip } from './marks';
import { ReporterPanel } from './ReporterPanel';

const PlaceMap = lazy(() => import('../../map/PlaceMap'));

function Nearby({ complaint, may }: { complaint: ComplaintDetail; may: boolean }) {
  const { t } = useTranslation();
  const command = useComplaintCommand(complaint.id);
  const open = ['received', 'accepted', 'investigating'].includes(complaint.state);
  return (
    <Panel title={t('complaint.nearby')} flush testId="complaint-nearby">
      <div style={{ padding: '0 14px' }}>
        <Problem error={command.error} />
      </div>
      {complaint.nearby.length === 0 && (
        <p className="muted" style={{ padding: '6px 14px' }}>
          {t('complaint.noNearby')}
        </p>
      )}
      <ul className="rows">
        {complaint.nearby.map(({ enterpriseId, enterpriseName, outletId, outletName, distance, fits, named }) => {
          const chosen = complaint.enterpriseId === enterpriseId && complaint.outletId === outletId;
          return (
            <li
              key={outletId ?? enterpriseId}
              className="cluster"
              style={{ padding: '8px 14px', justifyContent: 'space-between' }}
              data-id={outletId ?? enterpriseId}
            >
              <div style={{ minWidth: 0 }}>
                <Link to={`/enterprises/${enterpriseId}`}>{enterpriseName}</Link>
                <div className="row-note">
                  {[
                    outletName,
                    formatDistance(distance),
                    fits && outletId ? t('complaint.fits') : undefined,
                    named ? t('complaint.namedByReporter') : undefined,
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </div>
              </div>
              {chosen ? (
                <span className="chip brand-chip">{t('complaint.chosen')}</span>
              ) : (
                may &&
                open && (
                  <Button
                    size="small"
                    loading={command.isPending}
                    onClick={() => command.mutate({ command: 'target', body: { enterpriseId, outletId } })}
                    data-testid="choose-source"
                  >
                    {t('complaint.choose')}
                  </Button>
                )
              )}
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}

function Duplicates({ complaint, may }: { complaint: ComplaintDetail; may: boolean }) {
  const { t } = useTranslation();
  const command = useComplaintCommand(complaint.id);
  const mergeable = complaint.state === 'received' || complaint.state === 'accepted';
  return (
    <Panel title={t('complaint.duplicates')} flush testId="complaint-duplicates">
      <div style={{ padding: '0 14px 6px' }}>
        <Problem error={command.error} />
        {complaint.duplicates.length === 0 && <p className="muted">{t('complaint.noDuplicates')}</p>}
      </div>
      <ul className="rows">
        {complaint.duplicates.map((other) => (
          <li key={other.id} style={{ padding: '8px 14px' }} data-id={other.id}>
            <div className="row-top">
              <Link to={`/complaints/${other.id}`} className="mono">
                {other.number}
              </Link>
              <ComplaintStateChip state={other.state} />
            </div>
            <div className="row-note">{other.text.slice(0, 80)}</div>
            <div className="row-note">
              {[
                t('complaint.alike', { percent: Math.round(other.similarity * 100), distance: other.distance }),
                other.sameEnterprise ? t('complaint.sameEnterprise') : undefined,
                other.sameReporter ? t('complaint.sameReporter') : undefined,
              ]
                .filter(Boolean)
                .join(' · ')}
            </div>
            {may && mergeable && ['received', 'accepted', 'investigating'].includes(other.state) && (
              <Button
                size="small"
                style={{ marginTop: 6 }}
                loading={command.isPending}
                onClick={() => command.mutate({ command: 'merge', body: { into: other.id } })}
                data-testid="merge-into"
              >
                {t('complaint.mergeInto')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {complaint.merged.length > 0 && (
        <div style={{ padding: '8px 14px' }}>
          <b style={{ fontWeight: 500 }}>{t('complaint.merged')}</b>
          {complaint.merged.map(({ id, number }) => (
            <div key={id}>
              <Link to={`/complaints/${id}`} className="mono">
                {number}
              </Link>
            </div>
          ))}
        </div>
      )}
    </Panel>
  );
}

/** A task by its title; by its id as long as, or for whom, it is not to be read. */
function TaskLink({ id }: { id: string }) {
  const { data } = useTask(id);
  return (
    <div className="cluster" style={{ justifyContent: 'space-between' }}>
      <Link to={`/tasks/${id}`}>{data?.title ?? id}</Link>
      {data && <TaskStateChip state={data.state} />}
    </div>
  );
}

function Next({ complaint, handles, decides }: { complaint: ComplaintDetail; handles: boolean; decides: boolean }) {
  const { t } = useTranslation();
  const { state } = complaint;
  if (complaint.mergedInto) {
    return (
      <Say>
        {t('complaint.isMerged')} <Link to={`/complaints/${complaint.mergedInto}`}>{t('complaint.openMain')}</Link>
      </Say>
    );
  }
  if (!handles) return <p className="muted">{t('complaint.settled')}</p>;
  if (state === 'received') {
    return (
      <div className="stack">
        <Command complaint={complaint} command="accept" primary>
          {t('complaint.accept')}
        </Command>
        <div className="cluster">
          <Refuse complaint={complaint} />
          <Forward complaint={complaint} />
        </div>
        <p className="muted">{t('complaint.forwardBy', { at: formatTime(complaint.forwardBy) })}</p>
      </div>
    );
  }
  if (state === 'accepted' || state === 'investigating') {
    return (
      <div className="stack">
        {state === 'accepted' && decides && !complaint.clueMadeAt && (
          <Command complaint={complaint} command="clue" primary>
            {t('complaint.makeClue')}
          </Command>
        )}
        {complaint.clueMadeAt && (
          <p className="muted">{t('complaint.clueMade', { at: formatTime(complaint.clueMadeAt) })}</p>
        )}
        <AnswerForm complaint={complaint} decides={decides} />
        {decides && !complaint.extendedAt && <Extend complaint={complaint} />}
      </div>
    );
  }
  if (state === 'answered') return <Close complaint={complaint} />;
  return <p className="muted">{t('complaint.settled')}</p>;
}

/** One complaint: what was said, who may be behind it, and what is to be done. */
export default function ComplaintPage() {
  const { id = '' } = useParams();
  return <Answer of={useComplaint(id)}>{(complaint) => <Page complaint={complaint} />}</Answer>;
}

function Page({ complaint }: { complaint: ComplaintDetail }) {
  const { t } = useTranslation();
  const { roles } = useSelf();
  const decides = roles.some((role) => role === 'supervisor' || role === 'administrator');
  const handles = decides || roles.some((role) => role === 'complaint-handler' || role === 'duty-officer');
  const nameOf = usePersonNames(complaint.history.map(({ by }) => by));
  return (
    <div className="page" data-testid="complaint" data-state={complaint.state}>
      <PageHead
        crumbs={[['/complaints', t('nav.complaints')]]}
        title={
          <span className="cluster">
            <span className="mono">{complaint.number}</span>
            <ComplaintStateChip state={complaint.state} />
            <LevelChip level={complaint.level} />
            {complaint.emergency && <span className="chip urgent">{t('complaint.emergency')}</span>}
          </span>
        }
        sub={complaintDue(complaint) && <ComplaintClock complaint={complaint} />}
      />
      <div className="columns">
        <div>
          <Panel title={t('complaint.facts')} testId="complaint-facts">
            <div className="stack">
              <div className="quote" data-testid="complaint-text">
                {complaint.text}
              </div>
              <Facts narrow>
                <Fact label={t('complaint.category_')}>{t(`complaint.category.${complaint.category}`)}</Fact>
                <Fact label={t('complaint.place')}>{complaint.place || undefined}</Fact>
                <Fact label={t('complaint.target')}>{complaint.targetName}</Fact>
                <Fact label={t('complaint.about')}>
                  {complaint.enterpriseId ? (
                    <Link to={`/enterprises/${complaint.enterpriseId}`}>{complaint.enterpriseName}</Link>
                  ) : (
                    t('complaint.nobody')
                  )}
                </Fact>
                <Fact label={t('complaint.happenedAt')}>
                  {complaint.happenedAt && formatTime(complaint.happenedAt)}
                </Fact>
                <Fact label={t('complaint.wish')}>{complaint.wish}</Fact>
                <Fact label={t('complaint.receivedAt')}>{formatTime(complaint.receivedAt)}</Fact>
                <Fact label={t('complaint.goal')}>{complaint.goalBy && formatTime(complaint.goalBy, 'day')}</Fact>
                <Fact label={t('complaint.reporter')}>
                  {[
                    t(complaint.anonymous ? 'complaint.anonymous' : 'complaint.named'),
                    t('complaint.reportersCount', { count: complaint.reporters }),
                  ].join(' · ')}
                </Fact>
                <Fact label={t('complaint.substantiatedTitle')}>
                  {t(`complaint.substantiated.${complaint.substantiated}`)}
                </Fact>
                {complaint.feedback && (
                  <Fact label={t('complaint.feedback')}>
                    {t('complaint.feedbackText', {
                      stars: complaint.feedback.satisfaction,
                      solved: t(complaint.feedback.solved ? 'public.trackPage.yes' : 'public.trackPage.no'),
                    })}
                  </Fact>
                )}
              </Facts>
              {complaint.photos.length > 0 && (
                <>
                  <h3 style={{ fontSize: 13 }}>{t('complaint.photos')}</h3>
                  <div className="photos">
                    {complaint.photos.map(({ id, sha256 }, i) => {
                      const src = apiUrl(`/complaints/${complaint.id}/photos/${id}`);
                      const words = t('complaint.photoN', { n: i + 1, sha256 });
                      return (
                        <a key={id} className="photo" href={src} target="_blank" rel="noreferrer" title={words}>
                          <img src={src} alt={words} loading="lazy" data-testid="complaint-photo" />
                        </a>
                      );
                    })}
                  </div>
                </>
              )}
            </div>
          </Panel>
          {complaint.refusal && (
            <Panel title={t('complaint.refusal')}>
              <p>
                <b>{t(`complaint.reason.${complaint.refusal.reason}`)}</b> {complaint.refusal.text}
              </p>
              <p className="muted">{complaint.refusal.turnTo}</p>
            </Panel>
          )}
          {complaint.answer && (
            <Panel title={t('complaint.answer')} extra={formatTime(complaint.answer.at)} testId="complaint-answer">
              <div className="quote">{complaint.answer.text}</div>
            </Panel>
          )}
          <Panel title={t('complaint.history')} testId="complaint-history">
            <ul className="progress-list">
              {complaint.history.map(({ at, verb, by, remark }) => (
                <li
                  key={`${at}${verb}${remark ?? ''}`}
                  style={{ display: 'grid', gridTemplateColumns: '118px minmax(0,1fr)', gap: 8, padding: '6px 0' }}
                >
                  <time className="row-note">{formatTime(at)}</time>
                  <span>
                    {t(`complaint.verb.${verb}`)}
                    <span className="muted">
                      {' '}
                      {[by && nameOf(by), verb === 'tasked' || verb === 'refused' ? undefined : remark]
                        .filter(Boolean)
                        .join(' · ')}
                    </span>
                  </span>
                </li>
              ))}
            </ul>
          </Panel>
        </div>
        <div>
          <section className="panel">
            <Suspense fallback={<Loading rows={4} />}>
              <PlaceMap place={{ lon: complaint.lon, lat: complaint.lat }} />
            </Suspense>
            <div className="panel-body" data-testid="complaint-next">
              <h2 style={{ fontSize: 16, marginBottom: 10 }}>{t('complaint.next')}</h2>
              <Next complaint={complaint} handles={handles} decides={decides} />
            </div>
          </section>
          {complaint.taskIds.length > 0 && (
            <Panel title={t('complaint.tasks')} testId="complaint-tasks">
              {complaint.taskIds.map((task) => (
                <TaskLink key={task} id={task} />
              ))}
            </Panel>
          )}
          <Nearby complaint={complaint} may={handles} />
          <Duplicates complaint={complaint} may={handles} />
          {handles && <ReporterPanel complaint={complaint} may={roles.includes('complaint-handler')} />}
        </div>
      </div>
    </div>
  );
}
