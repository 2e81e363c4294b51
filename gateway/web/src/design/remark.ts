import { useTranslation } from 'react-i18next';
import { formatTime } from '../view/time';

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)/g;
const CODE = /\b(EXC|WARN)_[HD]\b|\bOFFLINE\b|\bCONST\b|\bTREAT_OFF\b/g;

/** A remark as services write it, with its codes and times in words of the page. */
export function useRemark(): (remark: string) => string {
  const { t } = useTranslation();
  return (remark) =>
    t(`conclusion.${remark}`, { defaultValue: '' }) ||
    remark.replace(TIME, (time) => formatTime(time)).replace(CODE, (code) => t(`alarmCode.${code}`));
}
