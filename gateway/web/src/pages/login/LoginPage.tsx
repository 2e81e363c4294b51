import { LockOutlined, UserOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { Button, Form, Input } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError, api } from '../../api/client';
import type { Me } from '../../api/types';
import { Brand } from '../../design/Brand';
import { useLogOut } from '../../design/Frame';
import { LanguageSwitch } from '../../design/LanguageSwitch';
import { Problem, Say } from '../../design/parts';
import { PasswordForm } from '../account/PasswordForm';

/** A day's curve under its limit, rising over it once: what the console is about. */
function CurveArt() {
  return (
    <svg className="curve-art" viewBox="0 0 720 300" preserveAspectRatio="none" aria-hidden="true">
      <defs>
        <linearGradient id="under" x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" stopColor="#5fd0a8" stopOpacity="0.28" />
          <stop offset="1" stopColor="#5fd0a8" stopOpacity="0" />
        </linearGradient>
      </defs>
      <path
        d="M0 214c40-8 58-42 96-40s50 34 92 30 52-46 96-44 54 30 84 8 42-98 84-110 62 76 96 88 60-20 92-18 50 26 80 24v148H0z"
        fill="url(#under)"
      />
      <path
        d="M0 214c40-8 58-42 96-40s50 34 92 30 52-46 96-44 54 30 84 8 42-98 84-110 62 76 96 88 60-20 92-18 50 26 80 24"
        fill="none"
        stroke="#5fd0a8"
        strokeWidth="2.5"
        vectorEffect="non-scaling-stroke"
      />
      <path d="M0 96h720" stroke="#e8a04c" strokeWidth="1.5" strokeDasharray="6 6" vectorEffect="non-scaling-stroke" />
    </svg>
  );
}

function Entry({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <div className="login">
      <div className="login-art">
        <div className="brand" style={{ padding: 0, height: 40, margin: 0 }}>
          <Brand />
        </div>
        <h1>{t('login.claim')}</h1>
        <p>{t('login.claimText')}</p>
        <CurveArt />
      </div>
      <main className="login-form">
        <div className="language">
          <LanguageSwitch />
        </div>
        {children}
      </main>
    </div>
  );
}

export function LoginPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);

  const logIn = async (given: { username: string; password: string }) => {
    setBusy(true);
    setError(null);
    try {
      const me = await api<Me>('POST', '/sessions', { body: given });
      // nothing of whoever was here before
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' && queryKey[0] !== 'map-base' });
      client.setQueryData(['me'], me);
    } catch (refused) {
      setBusy(false);
      setError(refused instanceof Error ? refused : new Error(String(refused)));
    }
  };
  return (
    <Entry>
      <h2>{t('login.title')}</h2>
      <p className="muted" style={{ marginBottom: 24 }}>
        {t('login.text')}
      </p>
      <Form layout="vertical" requiredMark={false} onFinish={logIn} size="large" data-testid="login">
        <Form.Item
          name="username"
          label={t('login.username')}
          rules={[{ required: true, message: t('login.usernameNeeded') }]}
        >
          <Input
            prefix={<UserOutlined />}
            autoComplete="username"
            autoCapitalize="none"
            autoFocus
            data-testid="username"
          />
        </Form.Item>
        <Form.Item
          name="password"
          label={t('login.password')}
          rules={[{ required: true, message: t('login.passwordNeeded') }]}
        >
          <Input.Password prefix={<LockOutlined />} autoComplete="current-password" data-testid="password" />
        </Form.Item>
        {error &&
          (error instanceof ApiError && error.code === 'bad-credentials' ? (
            <Say tone="bad" testId="login-refused">
              {t('problem.bad-credentials')}
            </Say>
          ) : (
            <Problem error={error} />
          ))}
        <Button
          type="primary"
          htmlType="submit"
          block
          loading={busy}
          style={{ marginTop: error ? 16 : 4 }}
          data-testid="log-in"
        >
          {t('login.enter')}
        </Button>
      </Form>
    </Entry>
  );
}

/** Whoever logs in with a one-time password sets an own one before anything else. */
export function FirstPasswordPage({ me }: { me: Me }) {
  const { t } = useTranslation();
  const logOut = useLogOut();
  return (
    <Entry>
      <h2>{t('password.firstTitle')}</h2>
      <p className="muted" style={{ marginBottom: 24 }}>
        {t('password.firstText', { name: me.name })}
      </p>
      <PasswordForm />
      <Button type="link" onClick={() => void logOut()} style={{ marginTop: 8 }}>
        {t('action.logOut')}
      </Button>
    </Entry>
  );
}
