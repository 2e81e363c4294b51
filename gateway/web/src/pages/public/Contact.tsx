import { Button, Input, Segmented } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Labelled, Problem, Say } from '../../design/parts';
import { requestCode } from './public-api';

export interface ContactGiven {
  named: boolean;
  phone: string;
  code: string;
  name: string;
  address: string;
}
export const isMobile = (phone: string) => /^1[3-9]\d{9}$/.test(phone);

/** Anonymous, or a phone number shown to be one's own by a code. */
export function Contact({ given, change }: { given: ContactGiven; change: (part: Partial<ContactGiven>) => void }) {
  const { t } = useTranslation();
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const [wait, setWait] = useState(0);
  const [sent, setSent] = useState(false);
  useEffect(() => {
    if (wait <= 0) return;
    const timer = setTimeout(() => setWait(wait - 1), 1000);
    return () => clearTimeout(timer);
  }, [wait]);

  const ask = async () => {
    setBusy(true);
    setError(null);
    try {
      const { again } = await requestCode(given.phone);
      setSent(true);
      setWait(Math.max(1, Math.ceil((Date.parse(again) - Date.now()) / 1000)));
    } catch (failed) {
      setError(failed instanceof Error ? failed : new Error(String(failed)));
    }
    setBusy(false);
  };
  return (
    <>
      <Segmented
        block
        value={given.named ? 'named' : 'anonymous'}
        onChange={(value) => change({ named: value === 'named' })}
        options={[
          { value: 'anonymous', label: t('public.form.anonymous') },
          { value: 'named', label: t('public.form.named') },
        ]}
        data-testid="public-contact"
      />
      <p className="muted" style={{ fontSize: 13 }}>
        {t(given.named ? 'public.form.namedText' : 'public.form.anonymousText')}
      </p>
      {given.named && (
        <>
          <Labelled label={t('public.form.phone')}>
            {(id) => (
              <div className="code-line">
                <Input
                  id={id}
                  size="large"
                  type="tel"
                  inputMode="numeric"
                  autoComplete="tel-national"
                  maxLength={11}
                  value={given.phone}
                  onChange={({ target }) => change({ phone: target.value.replace(/\D/g, '') })}
                  data-testid="public-phone"
                />
                <Button
                  size="large"
                  disabled={!isMobile(given.phone) || wait > 0}
                  loading={busy}
                  onClick={() => void ask()}
                  data-testid="public-send-code"
                >
                  {wait > 0 ? t('public.form.sendAgain', { seconds: wait }) : t('public.form.sendCode')}
                </Button>
              </div>
            )}
          </Labelled>
          <Problem error={error} />
          {sent && !error && <Say testId="public-code-sent">{t('public.form.codeSent')}</Say>}
          <Labelled label={t('public.form.code')}>
            {(id) => (
              <Input
                id={id}
                size="large"
                inputMode="numeric"
                autoComplete="one-time-code"
                maxLength={6}
                value={given.code}
                onChange={({ target }) => change({ code: target.value.replace(/\D/g, '') })}
                data-testid="public-code"
              />
            )}
          </Labelled>
          <Labelled label={t('public.form.name')}>
            {(id) => (
              <Input
                id={id}
                size="large"
                maxLength={50}
                autoComplete="name"
                value={given.name}
                onChange={({ target }) => change({ name: target.value })}
                data-testid="public-name"
              />
            )}
          </Labelled>
          <Labelled label={t('public.form.address')}>
            {(id) => (
              <Input
                id={id}
                size="large"
                maxLength={200}
                autoComplete="street-address"
                value={given.address}
                onChange={({ target }) => change({ address: target.value })}
              />
            )}
          </Labelled>
        </>
      )}
    </>
  );
}
