import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import { NOT_IN_TABS, useLogOut } from '../../design/Frame';
import { LanguageSwitch } from '../../design/LanguageSwitch';
import { Fact, Facts, PageHead, Panel } from '../../design/parts';
import { usePhone } from '../../design/use-phone';
import { useSelf } from '../../me';
import { areasOf, pathOf } from '../../view/access';
import { formatTime } from '../../view/time';
import { PasswordForm } from './PasswordForm';

export default function AccountPage() {
  const { t } = useTranslation();
  const me = useSelf();
  const phone = usePhone();
  const logOut = useLogOut();
  const elsewhere = areasOf(me).filter((area) => NOT_IN_TABS.includes(area));
  return (
    <div className="page" style={{ maxWidth: 860 }}>
      <PageHead title={t('nav.account')} />
      {phone && elsewhere.length > 0 && (
        <Panel flush>
          <ul className="rows">
            {elsewhere.map((area) => (
              <li key={area}>
                <Link className="row" to={pathOf(area, me)} data-testid={`more-${area}`}>
                  {t(`nav.${area}`)}
                </Link>
              </li>
            ))}
          </ul>
        </Panel>
      )}
      <Panel title={me.name}>
        <Facts>
          <Fact label={t('login.username')}>
            <span className="mono">{me.username ?? me.id}</span>
          </Fact>
          <Fact label={t('account.roles')}>{me.roles.map((role) => t(`role.${role}`)).join(' · ')}</Fact>
          <Fact label={t('account.division')}>
            {me.divisionName} {me.division}
          </Fact>
          <Fact label={t('account.expires')}>{formatTime(me.expiresAt)}</Fact>
        </Facts>
        <div className="cluster" style={{ marginTop: 16 }}>
          <LanguageSwitch />
          <Button onClick={() => void logOut()}>{t('action.logOut')}</Button>
        </div>
      </Panel>
      <Panel title={t('password.title')}>
        <div style={{ maxWidth: 380 }}>
          <PasswordForm />
        </div>
      </Panel>
    </div>
  );
}
