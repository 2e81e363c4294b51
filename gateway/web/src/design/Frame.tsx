import {
  ApiOutlined,
  AuditOutlined,
  BankOutlined,
  BellOutlined,
  CarryOutOutlined,
  EnvironmentOutlined,
  FileDoneOutlined,
  LineChartOutlined,
  LogoutOutlined,
  MailOutlined,
  MessageOutlined,
  SafetyCertificateOutlined,
  ShopOutlined,
  TrophyOutlined,
  UserOutlined,
} from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { Button, Tooltip } from 'antd';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'react-router-dom';
import { api } from '../api/client';
import { useNotices } from '../api/hooks';
import { useLiveOn } from '../live/LiveProvider';
import { useSelf } from '../me';
import { type Area, areaAt, areasOf, pathOf } from '../view/access';
import { Brand } from './Brand';
import { LanguageSwitch } from './LanguageSwitch';
import { MissingServices } from './MissingServices';

const ICON: Record<Area, ReactNode> = {
  map: <EnvironmentOutlined />,
  enterprises: <ShopOutlined />,
  'my-enterprise': <ShopOutlined />,
  alarms: <BellOutlined />,
  fraud: <AuditOutlined />,
  tasks: <CarryOutOutlined />,
  cases: <BankOutlined />,
  permits: <SafetyCertificateOutlined />,
  duties: <FileDoneOutlined />,
  complaints: <MessageOutlined />,
  credit: <TrophyOutlined />,
  notices: <MailOutlined />,
  rates: <LineChartOutlined />,
  devices: <ApiOutlined />,
  account: <UserOutlined />,
};
/** What a phone's tab bar leaves out; the account page leads there. */
export const NOT_IN_TABS: readonly Area[] = [
  'credit',
  'cases',
  'enterprises',
  'fraud',
  'permits',
  'complaints',
  'rates',
  'devices',
];

export function useLogOut(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await api('DELETE', '/sessions/current').catch(() => undefined);
    client.setQueryData(['me'], null);
  };
}

function Unread() {
  const { t } = useTranslation();
  const unread = useNotices({ unread: true });
  const count = unread.data?.length ?? 0;
  if (count === 0) return null;
  return (
    <span className="count" data-testid="unread-count">
      {count}
      {unread.hasNextPage && '+'}
      <span className="sr-only">{t('notice.unread')}</span>
    </span>
  );
}

function LiveMark({ word }: { word?: boolean }) {
  const { t } = useTranslation();
  const on = useLiveOn();
  const text = t(on ? 'live.on' : 'live.off');
  return (
    <span className={`live-mark${on ? ' on' : ''}`} role="status" data-testid="live" data-on={on} title={text}>
      <i aria-hidden />
      <span className={word ? undefined : 'sr-only'}>{text}</span>
    </span>
  );
}

/** The frame of every page inside: rail or tab bar, head bar, content. */
export function Frame({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const me = useSelf();
  const logOut = useLogOut();
  const { pathname } = useLocation();
  const areas = areasOf(me);
  const current = areaAt(pathname, me);
  useEffect(() => {
    document.title = `${t(`nav.${current ?? 'map'}`)} · Greenwatch`;
  }, [current, t]);

  const link = (area: Area) => (
    <Link
      key={area}
      to={pathOf(area, me)}
      className={area === current ? 'active' : undefined}
      aria-current={area === current ? 'page' : undefined}
      data-testid={`nav-${area}`}
    >
      {ICON[area]}
      <span>{t(`nav.${area}`)}</span>
      {area === 'notices' && <Unread />}
    </Link>
  );
  return (
    <div className="frame">
      <a className="skip" href="#main">
        {t('skip')}
      </a>
      <div className="rail">
        <Link to="/" className="brand" aria-label="Greenwatch">
          <Brand />
        </Link>
        <nav aria-label={t('nav.label')}>{areas.map(link)}</nav>
        <div className="rail-foot">
          <LiveMark word />
        </div>
      </div>
      <div className="work">
        <div className="bar">
          <span className="bar-title">{current && t(`nav.${current}`)}</span>
          <div className="bar-end">
            <span className="bar-live">
              <LiveMark />
            </span>
            <LanguageSwitch />
            <Link to="/account" className="who" style={{ color: 'inherit' }} data-testid="who">
              <b>{me.name}</b>
              <span>{[me.divisionName ?? me.division, t(`role.${me.roles[0] ?? 'viewer'}`)].join(' · ')}</span>
            </Link>
            <Tooltip title={t('action.logOut')}>
              <Button
                type="text"
                icon={<LogoutOutlined />}
                aria-label={t('action.logOut')}
                onClick={() => void logOut()}
                data-testid="log-out"
              />
            </Tooltip>
          </div>
        </div>
        {/* each page starts at its top and with nothing left over from the one before */}
        <main className="main" id="main" key={pathname} tabIndex={-1}>
          <MissingServices />
          {children}
        </main>
      </div>
      <nav className="tabs" aria-label={t('nav.label')}>
        {areas.filter((area) => !NOT_IN_TABS.includes(area)).map(link)}
      </nav>
    </div>
  );
}
