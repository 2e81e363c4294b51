import { Segmented, Select, type TableColumnsType } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import { useTasks } from '../../api/hooks';
import type { Task } from '../../api/types';
import { KeyedList } from '../../design/KeyedList';
import { DueClock, LevelChip, TaskStateChip } from '../../design/marks';
import { PageHead } from '../../design/parts';
import { useFilters } from '../../design/use-filters';
import { useSelf } from '../../me';
import { ofAuthority, supervises } from '../../view/access';
import { formatTime } from '../../view/time';
import { TaskRow } from './TaskRow';

const STATES = [
  'DISPATCHED',
  'ACCEPTED',
  'CHECKED_IN',
  'IN_PROGRESS',
  'SUBMITTED',
  'RETURNED',
  'REVIEWED',
  'CLOSED',
] as const;
const TYPES = ['VERIFY', 'INSPECT', 'OBSERVE', 'EXPLAIN'] as const;
const SOURCES = ['alarm', 'suspicion', 'check', 'complaint', 'manual'] as const;

export default function TasksPage() {
  const { t } = useTranslation();
  const me = useSelf();
  const [search, set] = useFilters();
  const scope = search.get('scope') ?? (supervises(me) ? 'open' : 'mine');
  const state = search.get('state') ?? undefined;
  const type = search.get('type') ?? undefined;
  const source = search.get('source') ?? undefined;
  const tasks = useTasks({
    mine: scope === 'mine' ? true : undefined,
    open: state || scope === 'all' ? undefined : true,
    state,
    type,
    originKind: source,
  });

  const columns: TableColumnsType<Task> = [
    { title: t('alarm.level'), render: (_, task) => <LevelChip level={task.level} />, width: 96 },
    {
      title: t('task.title'),
      render: (_, task) => (
        <div style={{ maxWidth: 250, whiteSpace: 'normal' }}>
          <Link to={`/tasks/${task.id}`} style={{ fontWeight: 500 }}>
            {task.title}
          </Link>
          <div className="row-note">{task.enterpriseName ?? task.place.address}</div>
        </div>
      ),
    },
    { title: t('task.kind'), render: (_, task) => t(`task.type.${task.type}`) },
    { title: t('task.source'), render: (_, task) => t(`task.origin.${task.clueSource}`) },
    {
      title: t('task.stateTitle'),
      render: (_, task) => (
        <span className="cluster">
          <TaskStateChip state={task.state} />
          {task.escalation !== 'none' && <span className="chip urgent">{t(`escalation.${task.escalation}`)}</span>}
        </span>
      ),
    },
    { title: t('task.due'), render: (_, task) => <DueClock task={task} /> },
    {
      title: t('task.assignees'),
      render: (_, task) => task.assignees.map((a) => a.name).join('、') || t('task.nobody'),
    },
    { title: t('task.createdAt'), render: (_, task) => formatTime(task.createdAt, 'short') },
  ];
  const scopes = ofAuthority(me) ? (['open', 'mine', 'all'] as const) : (['mine', 'all'] as const);
  return (
    <div className="page">
      <PageHead title={t(scope === 'mine' ? 'task.mineTitle' : 'nav.tasks')} sub={t('task.lead')} />
      <div className="filters">
        <Segmented
          value={scope}
          onChange={(value) => set('scope', value)}
          options={scopes.map((value) => ({ value, label: t(`task.scope.${value}`) }))}
          data-testid="tasks-scope"
        />
        <Select
          allowClear
          value={state}
          placeholder={t('task.anyState')}
          aria-label={t('task.anyState')}
          onChange={(value) => set('state', value)}
          popupMatchSelectWidth={false}
          options={STATES.map((value) => ({ value, label: t(`task.state.${value}`) }))}
        />
        <Select
          allowClear
          value={type}
          placeholder={t('task.anyType')}
          aria-label={t('task.anyType')}
          onChange={(value) => set('type', value)}
          options={TYPES.map((value) => ({ value, label: t(`task.type.${value}`) }))}
        />
        {ofAuthority(me) && (
          <Select
            allowClear
            value={source}
            placeholder={t('task.anySource')}
            aria-label={t('task.anySource')}
            onChange={(value) => set('source', value)}
            popupMatchSelectWidth={false}
            options={SOURCES.map((value) => ({ value, label: t(`task.origin.${value}`) }))}
          />
        )}
      </div>
      <div className="panel">
        <KeyedList
          of={tasks}
          keyOf={(task) => task.id}
          columns={columns}
          row={(task) => <TaskRow task={task} />}
          to={(task) => `/tasks/${task.id}`}
          empty={{ title: t('task.none'), text: t(scope === 'mine' ? 'task.noneMine' : 'task.noneText') }}
          testId="tasks"
        />
      </div>
    </div>
  );
}
