import { useTranslation } from 'react-i18next';
import type { Alarm, Level, Task } from '../api/types';
import { runningDue, urgency } from '../view/due-clock';
import type { LiveState } from '../view/live-state';
import { formatTime, spanParts } from '../view/time';
import { StateGlyph } from './StateGlyph';
import { stateColour } from './theme';
import { useNow } from './use-now';

/** Sign and word of a level or live state. */
export function StateMark({ state, word = true }: { state: LiveState; word?: boolean }) {
  const { t } = useTranslation();
  return (
    <span className="mark" style={{ color: stateColour[state] }}>
      <StateGlyph state={state} />
      <span className={word ? undefined : 'sr-only'}>{t(`state.${state}`)}</span>
    </span>
  );
}

/** Whether a device is on line. */
export function LinkMark({ online }: { online: boolean }) {
  const { t } = useTranslation();
  const state = online ? 'normal' : 'offline';
  return (
    <span className="mark" style={{ color: stateColour[state] }} data-online={online}>
      <StateGlyph state={state} />
      {t(online ? 'device.online' : 'state.offline')}
    </span>
  );
}

export function LevelChip({ level }: { level: Level }) {
  const { t } = useTranslation();
  return (
    <span className={`chip ${level}`} data-level={level}>
      <StateGlyph state={level} size={11} />
      {t(`level.${level}`)}
    </span>
  );
}

/** The two bits of an alarm, kept apart: active or over, acknowledged or not. In a list where all are active only the other is said. */
export function AlarmBits(props: { alarm: Pick<Alarm, 'active' | 'acknowledged' | 'history'>; allActive?: boolean }) {
  const { alarm, allActive } = props;
  const { t } = useTranslation();
  return (
    <span className="cluster" style={{ gap: 5 }}>
      {!(allActive && alarm.active) && (
        <span className={`chip ${alarm.active ? 'high' : ''}`} data-testid="alarm-active">
          {t(alarm.active ? 'alarm.active' : 'alarm.cleared')}
        </span>
      )}
      {alarm.acknowledged && <span className="chip brand-chip">{t('alarm.acknowledged')}</span>}
      {alarm.history && <span className="chip">{t('alarm.history')}</span>}
    </span>
  );
}

const TONE: Partial<Record<Task['state'], string>> = {
  DISPATCHED: 'mid',
  CREATED: 'mid',
  RETURNED: 'urgent',
  SUBMITTED: 'low',
  REVIEWED: 'normal',
  CLOSED: '',
  CANCELLED: '',
};
export function TaskStateChip({ state }: { state: Task['state'] }) {
  const { t } = useTranslation();
  return (
    <span className={`chip ${TONE[state] ?? 'brand-chip'}`} data-state={state}>
      {t(`task.state.${state}`)}
    </span>
  );
}

/** A length of time in words: `2 小时 5 分`. */
export function useSpan(): (ms: number) => string {
  const { t } = useTranslation();
  return (ms) =>
    spanParts(ms)
      .map(([count, unit]) => t(`time.span.${unit}`, { count }))
      .join(' ');
}

/** The time limit that runs, and how long is left or by how much it is over. */
export function DueClock({ task }: { task: Parameters<typeof runningDue>[0] }) {
  const { t } = useTranslation();
  const now = useNow();
  const span = useSpan();
  const due = runningDue(task);
  if (!due) return <span className="muted">–</span>;
  const at = Date.parse(due.at);
  const how = urgency(at, now);
  return (
    <span className={`due ${how}`} title={formatTime(due.at)} data-testid="due-clock">
      <span>{t(`due.${due.kind}`)}</span>
      <span>{t(how === 'over' ? 'due.over' : 'due.left', { span: span(at - now) })}</span>
    </span>
  );
}
