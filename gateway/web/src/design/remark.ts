import { useTranslation } from 'react-i18next';
import { formatTime } from '../view/time';

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)/g;
/** A check of the permit with its stage, as tasking records what a task came from. */
const CHECK = /\b(P\d{1,2}|EIA_[A-Z_]+|PERMIT_MISSING_AFTER_EIA)\b(?: ([a-z0-9-]+)(?= ))?/g;
/** The level that a suspicion had when the task was made. */
const SUSPICION = /^(strongly-suspect|suspect)(?= |$)/;
/** Ids say nothing to a reader. */
const ID = /\b0[0-9A-HJKMNP-TV-Z]{25}\b/g;
const CODE = /\b(EXC|WARN)_[HD]\b|\bOFFLINE\b|\bCONST\b|\bTREAT_OFF\b/g;

/** A remark as services write it, with its codes and times in words of the page. */
export function useRemark(): (remark: string) => string {
  const { t } = useTranslation();
  return (remark) =>
    t(`conclusion.${remark}`, { defaultValue: '' }) ||
    t(`level.${remark}`, { defaultValue: '' }) ||
    remark
      .replace(CHECK, (whole, check: string, stage: string | undefined) => {
        const name = t(`permits.check.${check}`, { defaultValue: '' });
        const grade = stage && t(`permits.stage.${stage}`, { defaultValue: stage });
        return name ? [name, grade].filter(Boolean).join(' · ') : whole;
      })
      .replace(SUSPICION, (level) => t(`authenticity.level.${level}`))
      .replace(ID, '')
      .replace(TIME, (time) => formatTime(time))
      .replace(CODE, (code) => t(`alarmCode.${code}`))
      .trim();
}
