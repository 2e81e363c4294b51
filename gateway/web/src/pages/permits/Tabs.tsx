import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router-dom';
import { useSelf } from '../../me';
import { mayImport, ofAuthority } from '../../view/access';

/** The pages of this area, beside each other. */
export function PermitTabs() {
  const { t } = useTranslation();
  const me = useSelf();
  const pages = [
    ...(ofAuthority(me) ? (['permits'] as const) : []),
    'duties',
    'checks',
    'projects',
    ...(mayImport(me) ? (['sheets'] as const) : []),
  ] as const;
  return (
    <nav className="filters" aria-label={t('permits.pages')} data-testid="permit-tabs">
      {pages.map((page) => (
        <NavLink key={page} to={`/${page}`} className={({ isActive }) => `chip${isActive ? ' brand-chip' : ''}`} end>
          {t(`permits.page.${page}`)}
        </NavLink>
      ))}
    </nav>
  );
}
