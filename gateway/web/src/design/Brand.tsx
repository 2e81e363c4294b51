import { useTranslation } from 'react-i18next';

export function Brand() {
  const { t } = useTranslation();
  return (
    <>
      <svg width="34" height="34" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="7" fill="#17403a" />
        <path
          d="M6 20.5h5l2.6-9 4.6 13 2.8-8 1.2 4H26"
          fill="none"
          stroke="#5fd0a8"
          strokeWidth="2.4"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
        <path d="M6 9h20" stroke="#e8a04c" strokeWidth="1.6" strokeDasharray="2.5 2.5" strokeLinecap="round" />
      </svg>
      <span>
        <span className="brand-name">Greenwatch</span>
        <span className="brand-sub">{t('brand.sub')}</span>
      </span>
    </>
  );
}
