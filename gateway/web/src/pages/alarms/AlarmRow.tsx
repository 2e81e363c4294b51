import { useTranslation } from 'react-i18next';
import type { Alarm } from '../../api/types';
import { AlarmBits, LevelChip, useSpan } from '../../design/marks';
import { formatTime, MINUTE } from '../../view/time';
import { useAlarmPlace, useAlarmTitle } from './alarm-names';

/** An alarm in a few lines, wherever there is no room for a table. */
export function AlarmRow(props: { alarm: Alarm; here?: boolean; allActive?: boolean }) {
  const { alarm, here, allActive } = props;
  const { t } = useTranslation();
  const title = useAlarmTitle();
  const span = useSpan();
  const place = useAlarmPlace(alarm);
  return (
    <>
      <div className="row-top">
        <LevelChip level={alarm.level} />
        <AlarmBits alarm={alarm} allActive={allActive} />
        <span className="muted" style={{ fontSize: 12.5 }}>
          {formatTime(alarm.startedAt, 'short')}
        </span>
      </div>
      <div className="row-title">{title(alarm)}</div>
      <div className="row-note">
        {[
          here ? undefined : place.enterprise,
          place.outlet,
          t('alarm.lasted', { span: span(alarm.durationMin * MINUTE) }),
        ]
          .filter(Boolean)
          .join(' · ')}
      </div>
    </>
  );
}
