import { useTranslation } from 'react-i18next';
import type { Check, Duty, Permit } from './queries';

export function PermitStatus({ permit }: { permit: Pick<Permit, 'status'> }) {
  const { t } = useTranslation();
  return (
    <span className={`chip ${permit.status === 'valid' ? 'normal' : 'high'}`}>
      {t(`permitStatus.${permit.status}`)}
    </span>
  );
}

/** What a check is about: its name, and the grade within it. */
export function useCheckName(): (check: Pick<Check, 'check' | 'stage'>) => string {
  const { t } = useTranslation();
  return ({ check, stage }) =>
    [
      t(`permits.check.${check}`, { defaultValue: check }),
      stage && t(`permits.stage.${stage}`, { defaultValue: stage }),
    ]
      .filter(Boolean)
      .join(' · ');
}

export function CheckState({ check }: { check: Pick<Check, 'active'> }) {
  const { t } = useTranslation();
  return (
    <span className={`chip ${check.active ? 'high' : ''}`}>{t(`permits.${check.active ? 'active' : 'over'}`)}</span>
  );
}

const TONE = { open: 'low', fulfilled: 'normal', late: 'mid', missed: 'urgent' } as const;

export function DutyState({ duty }: { duty: Pick<Duty, 'state' | 'fulfilledAt'> }) {
  const { t } = useTranslation();
  const came = duty.state === 'late' && duty.fulfilledAt !== undefined;
  return (
    <span className={`chip ${TONE[duty.state]}`} data-state={duty.state}>
      {came ? t('permits.cameLate') : t(`permits.dutyState.${duty.state}`)}
    </span>
  );
}

/** `97.5 %`; a dash where nothing was due. */
export const percentText = (part: number): string => `${(part * 100).toFixed(1)}%`;
