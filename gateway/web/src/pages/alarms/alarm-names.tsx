import { useTranslation } from 'react-i18next';
import { useEnterprise } from '../../api/hooks';
import type { Alarm } from '../../api/types';
import { factorName } from '../../view/factors';

/** `小时均值疑似超标 · 二氧化硫`: always worded as suspected, since only an officer finds what it was. */
export function useAlarmTitle(): (alarm: Pick<Alarm, 'code' | 'factor'>) => string {
  const { t, i18n } = useTranslation();
  return ({ code, factor }) =>
    [t(`alarmCode.${code}`), ...(factor ? [factorName(factor, i18n.language)] : [])].join(' · ');
}

/** Names of the enterprise and the outlet of an alarm; the ids until they are known. */
export function useAlarmPlace(alarm: Pick<Alarm, 'enterpriseId' | 'outletId' | 'mn'>): {
  enterprise: string;
  outlet: string;
} {
  const found = useEnterprise(alarm.enterpriseId).data;
  const outlet = found?.outlets.find((o) => o.id === alarm.outletId);
  return {
    enterprise: found?.name ?? alarm.enterpriseId ?? alarm.mn,
    outlet: outlet ? `${outlet.code} ${outlet.name}` : (alarm.outletId ?? alarm.mn),
  };
}

export function AlarmPlace({ alarm }: { alarm: Alarm }) {
  const place = useAlarmPlace(alarm);
  return (
    <>
      {place.enterprise}
      <span className="row-note" style={{ display: 'block' }}>
        {place.outlet}
      </span>
    </>
  );
}
