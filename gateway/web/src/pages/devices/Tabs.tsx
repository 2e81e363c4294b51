import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router-dom';
import { useSelf } from '../../me';
import { mayBackfill, supervises } from '../../view/access';

/** The pages of this area, beside each other. */
export function DeviceTabs() {
  const { t } = useTranslation();
  const me = useSelf();
  const pages = [
    'devices',
    'commands',
    ...(supervises(me) ? (['device-sheets'] as const) : []),
    ...(mayBackfill(me) ? (['backfills'] as const) : []),
    'profiles',
    'factors',
  ] as const;
  return (
    <nav className="filters" aria-label={t('device.pages')} data-testid="device-tabs">
      {pages.map((page) => (
        <NavLink key={page} to={`/${page}`} className={({ isActive }) => `chip${isActive ? ' brand-chip' : ''}`} end>
          {t(`device.page.${page}`)}
        </NavLink>
      ))}
    </nav>
  );
}
