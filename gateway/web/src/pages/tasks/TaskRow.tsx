import { useTranslation } from 'react-i18next';
import type { Task } from '../../api/types';
import { DueClock, LevelChip, TaskStateChip } from '../../design/marks';
import { runningDue } from '../../view/due-clock';

/** A task in a few lines, wherever there is no room for a table. */
export function TaskRow({ task, here }: { task: Task; here?: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      <div className="row-top">
        <LevelChip level={task.level} />
        <span className="chip">{t(`task.type.${task.type}`)}</span>
        <TaskStateChip state={task.state} />
      </div>
      <div className="row-title">{task.title}</div>
      <div className="row-note">
        {[here ? undefined : (task.enterpriseName ?? task.place.address), task.assignees.map((a) => a.name).join('、')]
          .filter(Boolean)
          .join(' · ')}
      </div>
      {runningDue(task) && (
        <div style={{ marginTop: 3 }}>
          <DueClock task={task} />
        </div>
      )}
    </>
  );
}
