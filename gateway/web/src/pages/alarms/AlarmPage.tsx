import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router-dom';
import { useAlarm, usePersonNames, useTasks } from '../../api/hooks';
import type { Alarm } from '../../api/types';
import { AlarmBits, LevelChip, useSpan } from '../../design/marks';
import { Answer, Blank, Fact, Facts, PageHead, Panel } from '../../design/parts';
import { useSelf } from '../../me';
import { ofAuthority } from '../../view/access';
import { factorName } from '../../view/factors';
import { formatTime, MINUTE } from '../../view/time';
import { assigneeNames } from '../../view/told';
import { Told } from '../notices/Told';
import { TaskRow } from '../tasks/TaskRow';
import { AcknowledgeButton } from './AcknowledgeButton';
import { useAlarmPlace, useAlarmTitle } from './alarm-names';
import { Evidence } from './Evidence';

function Detail({ alarm }: { alarm: Alarm }) {
  const { t, i18n } = useTranslation();
  const me = useSelf();
  const title = useAlarmTitle();
  const place = useAlarmPlace(alarm);
  const span = useSpan();
  const tasks = useTasks({ alarmId: alarm.id });
  const nameOf = usePersonNames([alarm.acknowledgedBy]);
  return (
    <>
      <PageHead
        crumbs={[
          ['/alarms', t('nav.alarms')],
          ...(alarm.enterpriseId ? [[`/enterprises/${alarm.enterpriseId}`, place.enterprise] as [string, string]] : []),
        ]}
        title={title(alarm)}
        sub={
          <span className="cluster">
            <LevelChip level={alarm.level} />
            <AlarmBits alarm={alarm} />
          </span>
        }
        actions={<AcknowledgeButton alarm={alarm} />}
      />
      <div className="columns">
        <div>
          <Panel>
            <Facts>
              <Fact label={t('alarm.outlet')}>
                {alarm.outletId && <Link to={`/outlets/${alarm.outletId}`}>{place.outlet}</Link>}
              </Fact>
              <Fact label={t('alarm.factor')}>{alarm.factor && factorName(alarm.factor, i18n.language)}</Fact>
              <Fact label={t('device.mn')}>
                <span className="mono">{alarm.mn}</span>
              </Fact>
              <Fact label={t('alarm.startedAt')}>{formatTime(alarm.startedAt)}</Fact>
              <Fact label={t('alarm.endedAt')}>{alarm.endedAt ? formatTime(alarm.endedAt) : t('alarm.stillOn')}</Fact>
              <Fact label={t('alarm.duration')}>{span(alarm.durationMin * MINUTE)}</Fact>
              <Fact label={t('alarm.multiple')}>
                {alarm.multiple === undefined
                  ? undefined
                  : t('alarm.multipleValue', { value: alarm.multiple.toFixed(2) })}
              </Fact>
              <Fact label={t('alarm.acknowledgedBy')}>
                {alarm.acknowledged
                  ? alarm.acknowledgedBy
                    ? nameOf(alarm.acknowledgedBy)
                    : t('alarm.acknowledged')
                  : undefined}
              </Fact>
            </Facts>
          </Panel>
          <Panel title={t('alarm.evidence')} flush testId="alarm-evidence">
            <Evidence alarm={alarm} />
          </Panel>
        </div>
        <div>
          <Panel title={t('alarm.tasks')} flush>
            <Answer of={tasks}>
              {(items) =>
                items.length === 0 ? (
                  <Blank title={t('alarm.noTasks')} />
                ) : (
                  <ul className="rows">
                    {items.map((task) => (
                      <li key={task.id}>
                        <Link className="row" to={`/tasks/${task.id}`}>
                          <TaskRow task={task} here />
                        </Link>
                      </li>
                    ))}
                  </ul>
                )
              }
            </Answer>
          </Panel>
          {ofAuthority(me) && (
            // What is told is told of the task that the alarm led to.
            <Answer of={tasks}>
              {(items) => (
                <Told
                  subjects={[
                    { kind: 'alarm', id: alarm.id },
                    ...items.map(({ id }) => ({ kind: 'task' as const, id })),
                  ]}
                  names={assigneeNames(items)}
                />
              )}
            </Answer>
          )}
        </div>
      </div>
    </>
  );
}

export default function AlarmPage() {
  const { id = '' } = useParams();
  const alarm = useAlarm(id);
  return (
    <div className="page" data-testid="alarm">
      <Answer of={alarm}>{(data) => <Detail alarm={data} />}</Answer>
    </div>
  );
}
