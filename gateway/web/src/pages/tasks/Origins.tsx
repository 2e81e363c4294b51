import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import type { Task } from '../../api/types';
import { Panel } from '../../design/parts';

type Origin = Task['origins'][number];

/** Where an origin is looked at; a manual one is all in the task itself. */
function pathOf({ kind, id }: Origin, task: Task): string | undefined {
  switch (kind) {
    case 'alarm':
      return `/alarms/${id}`;
    case 'suspicion':
      // The evidence is the outlet's: its curve with the intervals that speak.
      return task.outletId ? `/fraud/outlets/${task.outletId}` : '/fraud';
    case 'complaint':
      return `/complaints/${id}`;
    case 'check':
      return `/checks/${id}`;
    case 'manual':
      return undefined;
  }
}

/** What led here, and what it says; alarms have their own panel with the evidence. */
export function Origins({ task }: { task: Task }) {
  const { t } = useTranslation();
  const shown = task.origins.filter(({ kind }) => kind !== 'alarm');
  if (shown.length === 0 && !task.detail) return null;
  return (
    <Panel title={t('task.origins')} testId="task-origins">
      {task.detail && (
        <p className="quote" style={{ whiteSpace: 'pre-line' }} data-testid="task-detail">
          {task.detail}
        </p>
      )}
      <ul className="cluster" style={{ marginTop: task.detail ? 10 : 0 }}>
        {shown.map((origin) => {
          const path = pathOf(origin, task);
          const name = t(`task.origin.${origin.kind}`);
          return (
            <li key={`${origin.kind} ${origin.id}`} data-testid={`origin-${origin.kind}`}>
              {path ? <Link to={path}>{name}</Link> : <span className="chip">{name}</span>}
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
