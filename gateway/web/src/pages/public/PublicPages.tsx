import './public.css';
import { lazy, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, NavLink, Outlet, Route, Routes, useLocation } from 'react-router-dom';
import { Brand } from '../../design/Brand';
import { LanguageSwitch } from '../../design/LanguageSwitch';
import { Blank } from '../../design/parts';
import { ComplaintForm } from './ComplaintForm';
import { ComplaintTrack } from './ComplaintTrack';

const PublicCredit = lazy(() => import('../credit/PublicCredit'));
const ClosedComplaints = lazy(() => import('./ClosedComplaints'));

/** What stands around every public page: no console, no log-in, one column. */
function Shell() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  useEffect(() => {
    document.title = `${t('public.title')} · Greenwatch`;
  }, [t]);
  return (
    <div className="public" data-testid="public">
      <header className="public-head">
        <Link to="/public/complaint" className="brand" aria-label="Greenwatch">
          <Brand />
        </Link>
        <LanguageSwitch />
      </header>
      <nav className="public-nav" aria-label={t('public.nav')}>
        <NavLink to="/public/complaint" end>
          {t('public.complain')}
        </NavLink>
        <NavLink to="/public/complaint/track">{t('public.track')}</NavLink>
        <NavLink to="/public/complaint/closed">{t('public.closed')}</NavLink>
        <NavLink to="/public/credit">{t('public.credit')}</NavLink>
      </nav>
      <main className="public-main" key={pathname}>
        <Outlet />
      </main>
      <footer className="public-foot">
        <Link to="/">{t('public.staff')}</Link>
      </footer>
    </div>
  );
}

export default function PublicPages() {
  const { t } = useTranslation();
  return (
    <Routes>
      <Route element={<Shell />}>
        <Route index element={<Navigate to="complaint" replace />} />
        <Route path="complaint" element={<ComplaintForm />} />
        <Route path="complaint/track" element={<ComplaintTrack />} />
        <Route path="credit" element={<PublicCredit />} />
        <Route path="complaint/closed" element={<ClosedComplaints />} />
        <Route path="*" element={<Blank title={t('nothingHere')}>{t('nothingHereText')}</Blank>} />
      </Route>
    </Routes>
  );
}
