import { useTranslation } from 'react-i18next';
import type { Mark } from './data-queries';
import { useMarkCodes } from './data-queries';

/** What a mark or a marked condition is called; its code until that is known. */
export function useMarkName(): (code: string) => string {
  const { i18n } = useTranslation();
  const codes = useMarkCodes().data;
  return (code) => {
    const known = codes?.find((one) => one.code === code);
    return (i18n.language === 'en' ? known?.nameEn : known?.nameZh) ?? code;
  };
}

const TONE: Record<Mark['status'], string> = {
  submitted: 'low',
  accepted: 'normal',
  returned: 'urgent',
  withdrawn: '',
};
/** Where a mark stands, and whether it counts now. */
export function MarkStatusChip({ mark }: { mark: Mark }) {
  const { t } = useTranslation();
  return (
    <span className="cluster" style={{ gap: 5 }}>
      <span className={`chip ${TONE[mark.status]}`} data-status={mark.status}>
        {t(`data.markStatus.${mark.status}`)}
      </span>
      {mark.effective && <span className="chip brand-chip">{t('data.inForce')}</span>}
      {mark.late && <span className="chip mid">{t('data.late')}</span>}
    </span>
  );
}

/** The flag a device sent, by its name; nothing of a normal value. */
export function FlagChip({ flag }: { flag: string | undefined }) {
  const { t } = useTranslation();
  if (flag === undefined || flag === 'N') return null;
  return (
    <span className="chip flag" data-flag={flag}>
      {flag} {t(`flag.${flag}`, { defaultValue: '' })}
    </span>
  );
}
