import { CompassOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router-dom';
import { useAlarm, useEnterpriseFile, usePersonNames, useTask, useTaskCommand } from '../../api/hooks';
import type { Task } from '../../api/types';
import { DueClock, LevelChip, TaskStateChip } from '../../design/marks';
import { Answer, Fact, Facts, PageHead, Panel, Problem, Say } from '../../design/parts';
import { useRemark } from '../../design/remark';
import { useSelf } from '../../me';
import { ofAuthority } from '../../view/access';
import { factorName, unitText } from '../../view/factors';
import { latestValues, limitedFirst } from '../../view/latest';
import { distance, formatDistance, mapLink, type Position } from '../../view/place';
import { actionsOf, stepsOf } from '../../view/task-steps';
import { formatTime, lastDay } from '../../view/time';
import { assigneeNames } from '../../view/told';
import { useAlarmTitle } from '../alarms/alarm-names';
import { Evidence } from '../alarms/Evidence';
import { Told } from '../notices/Told';
import { Cancel } from './Cancel';
import { CheckIn } from './CheckIn';
import { FileCase } from './FileCase';
import { ExplanationForm, FindingForm, Reassign, ReviewForm } from './forms';
import { Origins } from './Origins';
import { Photos } from './Photos';
import { usePosition } from './use-position';

const PlaceMap = lazy(() => import('../../map/PlaceMap'));

function Steps({ task }: { task: Task }) {
  const { t } = useTranslation();
  const { steps, done } = stepsOf(task);
  return (
    <ol className="steps" aria-label={t('task.progress')}>
      {steps.map((step, i) => (
        <li
          key={step}
          className={i < done ? 'done' : i === done ? 'now' : ''}
          aria-current={i === done ? 'step' : undefined}
        >
          {t(`step.${step}`)}
        </li>
      ))}
    </ol>
  );
}

function Command({ task, command, children }: { task: Task; command: string; children: ReactNode }) {
  const send = useTaskCommand(task.id);
  return (
    <div className="stack">
      <Problem error={send.error} />
      <Button
        type="primary"
        size="large"
        loading={send.isPending}
        onClick={() => send.mutate({ command })}
        data-testid={`task-${command}`}
      >
        {children}
      </Button>
    </div>
  );
}

function TheAlarm({ id }: { id: string }) {
  const { t } = useTranslation();
  const title = useAlarmTitle();
  const alarm = useAlarm(id);
  return (
    <Panel title={t('task.why')} flush>
      <Answer of={alarm}>
        {(data) => (
          <div style={{ padding: '6px 14px 10px' }}>
            <Link to={`/alarms/${data.id}`} style={{ fontWeight: 500 }}>
              {title(data)}
            </Link>
            <p className="row-note" style={{ marginBottom: 6 }}>
              {formatTime(data.startedAt)} – {data.endedAt ? formatTime(data.endedAt) : t('alarm.stillOn')}
              {data.outletId && (
                <>
                  {' · '}
                  <Link to={`/outlets/${data.outletId}`}>{t('task.seeCurve')}</Link>
                </>
              )}
            </p>
            <Evidence alarm={data} max={4} />
          </div>
        )}
      </Answer>
    </Panel>
  );
}

/** What is on the enterprise's file, in short: what one reads before going there. */
function FileSummary({ task }: { task: Task }) {
  const { t, i18n } = useTranslation();
  const file = useEnterpriseFile(task.enterpriseId);
  return (
    <Panel
      title={t('task.file')}
      extra={<Link to={`/enterprises/${task.enterpriseId}`}>{t('map.openFile')}</Link>}
      testId="task-file"
    >
      <Answer of={file}>
        {({ parts, missing }) => {
          const detail = parts.registry.data;
          const permit = parts.permits.data?.[0];
          const mns = detail?.devices
            .filter((d) => !task.outletId || d.bindings.some((b) => b.outletId === task.outletId))
            .map((d) => d.mn);
          const limits = (permit?.limits ?? []).filter((l) => !task.outletId || l.outletId === task.outletId);
          const moments = (parts.latest.data ?? []).filter((m) => mns?.includes(m.mn));
          const latest = limitedFirst(latestValues(moments), limits).slice(0, 4);
          const principal = detail?.people.find((p) => p.id === detail.principalPersonId);
          const others = parts.tasks.data?.filter((other) => other.id !== task.id).length;
          return (
            <div className="stack">
              {missing.length > 0 && (
                <Say tone="warn">
                  {t('file.missingParts', {
                    parts: missing.map((m) => t(`file.part.${m}`, { defaultValue: m })).join('、'),
                  })}
                </Say>
              )}
              <Facts narrow>
                <Fact label={t('enterprise.industry')}>{detail?.industryName}</Fact>
                <Fact label={t('enterprise.class')}>{detail && t(`managementClass.${detail.managementClass}`)}</Fact>
                <Fact label={t('enterprise.principal')}>
                  {principal && `${principal.name} ${principal.phoneMasked ?? ''}`}
                </Fact>
                <Fact label={t('permit.status')}>
                  {permit &&
                    `${t(`permitStatus.${permit.status}`)} · ${t('permit.until', { at: lastDay(permit.validTo) })}`}
                </Fact>
                <Fact label={t('task.activeAlarms')}>{parts.alarms.data?.filter((a) => a.active).length}</Fact>
                <Fact label={t('task.otherTasks')}>{others}</Fact>
              </Facts>
              {latest.length > 0 && (
                <div className="scroll-x">
                  <table className="plain">
                    <tbody>
                      {latest.map((value) => {
                        const limit = limits.find((l) => l.factor === value.factor);
                        return (
                          <tr key={value.factor}>
                            <td style={{ paddingLeft: 0 }}>{factorName(value.factor, i18n.language)}</td>
                            <td className="num" style={{ fontWeight: 500 }}>
                              {value.text}
                            </td>
                            <td className="muted">
                              {limit && t('task.limitIs', { limit: limit.limit, unit: unitText(limit.unit) })}
                            </td>
                            <td className="muted num">{formatTime(value.dataTime, 'clock')}</td>
                          </tr>
                        );
                      })}
                    </tbody>
                  </table>
                </div>
              )}
            </div>
          );
        }}
      </Answer>
    </Panel>
  );
}

function Recorded({ task }: { task: Task }) {
  const { t } = useTranslation();
  // Of those before a reassignment the registry knows the names.
  const nameOf = usePersonNames(
    [...task.checkIns.map((c) => c.personId), task.finding?.personId, task.explanation?.personId, task.review?.by],
    assigneeNames([task]),
  );
  if (task.checkIns.length === 0 && !task.finding && !task.explanation && !task.review) return null;
  return (
    <Panel title={t('task.record')} testId="task-record">
      <div className="stack" style={{ gap: 16 }}>
        {task.checkIns.map((c) => (
          <div key={`${c.at} ${c.personId}`}>
            <div className="cluster">
              <span className={`chip ${c.inside ? 'normal' : 'mid'}`}>
                {t(c.inside ? 'checkIn.wasInside' : 'checkIn.wasOutside')}
              </span>
              <span>
                {nameOf(c.personId)} · {formatTime(c.at)}
              </span>
            </div>
            <div className="row-note">
              {t('checkIn.distance', { distance: formatDistance(c.distance), accuracy: Math.round(c.accuracy) })}
            </div>
            {c.reason && <p className="quote">{c.reason}</p>}
          </div>
        ))}
        {task.finding && (
          <div data-testid="task-finding">
            <div className="cluster">
              <span className="chip brand-chip">{t(`conclusion.${task.finding.conclusion}`)}</span>
              <span>
                {nameOf(task.finding.personId)} · {formatTime(task.finding.at)}
              </span>
            </div>
            <p className="quote" style={{ marginTop: 6 }}>
              {task.finding.text}
            </p>
          </div>
        )}
        {task.explanation && (
          <div data-testid="task-explanation">
            <div className="cluster">
              <span className="chip">{t('step.explanation')}</span>
              <span>
                {nameOf(task.explanation.personId)} · {formatTime(task.explanation.at)}
              </span>
            </div>
            <p className="quote" style={{ marginTop: 6 }}>
              {task.explanation.text}
            </p>
          </div>
        )}
        {task.review && (
          <div data-testid="task-review">
            <div className="cluster">
              <span className={`chip ${task.review.decision === 'approve' ? 'normal' : 'urgent'}`}>
                {t(`review.${task.review.decision === 'approve' ? 'approved' : 'returned'}`)}
              </span>
              <span>
                {nameOf(task.review.by)} · {formatTime(task.review.at)}
              </span>
            </div>
            {task.review.comment && (
              <p className="quote" style={{ marginTop: 6 }}>
                {task.review.comment}
              </p>
            )}
          </div>
        )}
      </div>
    </Panel>
  );
}

function People({ task }: { task: Task }) {
  const { t } = useTranslation();
  return (
    <Panel title={t('task.assignees')}>
      {task.assignees.length === 0 && <p className="muted">{t('task.nobody')}</p>}
      <ul className="people">
        {task.assignees.map((a) => (
          <li key={a.personId}>
            <span className="avatar" aria-hidden>
              {a.name.slice(0, 1)}
            </span>
            <div style={{ minWidth: 0 }}>
              <b style={{ fontWeight: 500 }}>{a.name}</b> <span className="chip">{t(`assignee.${a.role}`)}</span>
              <div className="row-note">
                {[
                  a.certificateNo && t('task.certificate', { number: a.certificateNo }),
                  a.acceptedAt
                    ? t('task.acceptedAt', { at: formatTime(a.acceptedAt, 'short') })
                    : t('task.notAccepted'),
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </div>
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function History({ task }: { task: Task }) {
  const { t } = useTranslation();
  const remark = useRemark();
  const nameOf = usePersonNames(
    task.history.map((event) => event.by),
    assigneeNames([task]),
  );
  return (
    <Panel title={t('task.history')}>
      <ol className="timeline short" data-testid="task-history">
        {[...task.history].reverse().map((event) => (
          <li key={`${event.at} ${event.verb} ${event.by} ${event.remark}`}>
            <time dateTime={event.at}>{formatTime(event.at, 'short')}</time>
            <span className="dot" aria-hidden>
              <i />
            </span>
            <div className="what">
              <h3>{t(`task.verb.${event.verb}`, { defaultValue: event.verb })}</h3>
              {(event.by || event.remark) && (
                <p>
                  {[event.by && nameOf(event.by), event.remark && remark(event.remark)].filter(Boolean).join(' · ')}
                </p>
              )}
            </div>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

function Detail({ task }: { task: Task }) {
  const { t } = useTranslation();
  const me = useSelf();
  const position = usePosition();
  const [byHand, setByHand] = useState(false);
  const [picked, setPicked] = useState<Position>();
  const actions = actionsOf(task, me);
  const may = (action: (typeof actions)[number]) => actions.includes(action);
  const explain = task.type === 'EXPLAIN';
  const here = byHand ? picked : position.fix;
  const checkedIn = task.checkIns.some((c) => c.personId === me.personId);

  const next = (
    <>
      {may('accept') && (
        <Panel title={t('task.next')} testId="next-accept">
          <p style={{ marginBottom: 12 }}>
            {t(explain ? 'task.acceptExplain' : task.type === 'OBSERVE' ? 'task.acceptObserve' : 'task.acceptText')}
          </p>
          <Command task={task} command="accept">
            {t('action.accept')}
          </Command>
        </Panel>
      )}
      {may('check-in') && !checkedIn && (
        <Panel title={t('step.checkedIn')}>
          <CheckIn task={task} position={position} picked={picked} onByHand={setByHand} />
        </Panel>
      )}
      {may('finding') && (
        <Panel title={t('step.finding')}>
          <FindingForm key={task.finding?.at} task={task} />
        </Panel>
      )}
      {may('explanation') && (
        <Panel title={t('step.explanation')}>
          <ExplanationForm key={task.explanation?.at} task={task} />
        </Panel>
      )}
      {(may('photo') || task.photos.length > 0) && (
        <Panel title={t('photo.title')}>
          <Photos task={task} may={may('photo')} />
        </Panel>
      )}
      {may('submit') && (
        <Panel title={t('step.submitted')}>
          <p style={{ marginBottom: 12 }}>{t('task.submitText')}</p>
          <Command task={task} command="submit">
            {t('action.submit')}
          </Command>
        </Panel>
      )}
    </>
  );
  // Whoever reviews reads the record first.
  const judge = (
    <>
      {may('review') && (
        <Panel title={t('step.reviewed')}>
          <ReviewForm task={task} />
        </Panel>
      )}
      {may('file-case') && (
        <Panel title={t('case.step.filed')}>
          <FileCase task={task} />
        </Panel>
      )}
      {may('close') && (
        <Panel title={t('step.closed')}>
          <Command task={task} command="close">
            {t('action.closeTask')}
          </Command>
        </Panel>
      )}
    </>
  );
  return (
    <>
      <PageHead
        crumbs={[['/tasks', t('nav.tasks')]]}
        title={task.title}
        sub={
          <span className="cluster">
            <LevelChip level={task.level} />
            <span className="chip">{t(`task.type.${task.type}`)}</span>
            <TaskStateChip state={task.state} />
            {task.escalation !== 'none' && <span className="chip urgent">{t(`escalation.${task.escalation}`)}</span>}
            <DueClock task={task} />
          </span>
        }
        actions={
          <>
            {may('reassign') && <Reassign task={task} />}
            {may('cancel') && <Cancel task={task} />}
          </>
        }
      />
      {task.state === 'RETURNED' && task.review && (
        <div style={{ marginBottom: 12 }}>
          <Say tone="warn" testId="returned">
            {t('review.returnedWith')} {task.review.comment}
          </Say>
        </div>
      )}
      <div className="panel" style={{ marginBottom: 12 }}>
        <Steps task={task} />
      </div>
      <div className="task-page">
        <div>
          <section className="panel" aria-label={t('task.place')} data-testid="task-place">
            {!explain && (
              <Suspense fallback={<div className="place-map" />}>
                <PlaceMap place={task.place} me={here} onPick={byHand ? setPicked : undefined} />
              </Suspense>
            )}
            <div className="panel-body">
              {task.enterpriseId && (
                <Link
                  to={`/enterprises/${task.enterpriseId}`}
                  style={{ fontWeight: 700, fontSize: 16, color: 'inherit' }}
                >
                  {task.enterpriseName}
                </Link>
              )}
              <p className="muted">{task.place.address}</p>
              {!explain && (
                <div className="cluster" style={{ marginTop: 10 }}>
                  <a
                    href={mapLink(task.place, task.enterpriseName ?? task.title)}
                    target="_blank"
                    rel="noreferrer"
                    data-testid="open-in-map"
                  >
                    <CompassOutlined /> {t('task.openInMap')}
                  </a>
                  {here && (
                    <span data-testid="distance">
                      {t('task.away', { distance: formatDistance(distance(here, task.place)) })}
                    </span>
                  )}
                  {!here && !may('check-in') && (
                    <Button size="small" loading={position.asking} onClick={position.ask}>
                      {t('task.howFar')}
                    </Button>
                  )}
                </div>
              )}
            </div>
          </section>
          {next}
          <Recorded task={task} />
          {judge}
          <Origins task={task} />
          {task.alarmId && <TheAlarm id={task.alarmId} />}
        </div>
        <div>
          {task.enterpriseId && <FileSummary task={task} />}
          <People task={task} />
          {task.caseId && (
            <Panel testId="task-case">
              <Link to={`/cases/${task.caseId}`}>{t('task.seeCase')}</Link>
            </Panel>
          )}
          {task.linkedTaskId && (
            <Panel>
              <Link to={`/tasks/${task.linkedTaskId}`}>{t(explain ? 'task.linkedVisit' : 'task.linkedExplain')}</Link>
            </Panel>
          )}
          <Panel title={t('task.limits')}>
            <Facts narrow>
              <Fact label={t('due.accept')}>{formatTime(task.acceptBy, 'short')}</Fact>
              {!explain && <Fact label={t('due.arrive')}>{formatTime(task.arriveBy, 'short')}</Fact>}
              <Fact label={t('due.report')}>{formatTime(task.reportBy, 'short')}</Fact>
              <Fact label={t('due.review')}>{formatTime(task.reviewBy, 'short')}</Fact>
              {task.fileBy && <Fact label={t('due.file')}>{formatTime(task.fileBy, 'short')}</Fact>}
            </Facts>
            {task.overdue.length > 0 && (
              <p className="due over" style={{ marginTop: 10 }}>
                {t('task.overdue', { steps: task.overdue.map((step) => t(`due.${step}`)).join('、') })}
              </p>
            )}
          </Panel>
          {ofAuthority(me) && <Told subjects={[{ kind: 'task', id: task.id }]} names={assigneeNames([task])} />}
          <History task={task} />
        </div>
      </div>
    </>
  );
}

export default function TaskPage() {
  const { id = '' } = useParams();
  const task = useTask(id);
  return (
    <div className="page" data-testid="task" data-state={task.data?.state}>
      <Answer of={task}>{(data) => <Detail task={data} />}</Answer>
    </div>
  );
}
