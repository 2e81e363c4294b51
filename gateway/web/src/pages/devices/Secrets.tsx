import { App, Button, Input, Modal, Select, Typography } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Fact, Facts, Labelled, Problem, Say } from '../../design/parts';
import { formatTime } from '../../view/time';
import { devicePath, type Rotated, useDeviceCommand } from './queries';

const KEEP_HOURS = [72, 24, 168, 0] as const;
const PASSWORD = /^[0-9a-zA-Z]{6,32}$/;

/** Gives a device a new password, which is shown this once. */
export function Rotate({ mn }: { mn: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)} data-testid="rotate">
        {t('device.rotate')}
      </Button>
      {open && <RotateForm mn={mn} onClose={() => setOpen(false)} />}
    </>
  );
}

function RotateForm({ mn, onClose }: { mn: string; onClose: () => void }) {
  const { t } = useTranslation();
  const rotate = useDeviceCommand<Rotated>(`${devicePath(mn)}/password`);
  const [keepHours, setKeepHours] = useState<number>(KEEP_HOURS[0]);
  const [own, setOwn] = useState('');
  const told = rotate.data;
  const ready = own === '' || PASSWORD.test(own);
  return (
    <Modal
      open
      title={t('device.rotateTitle')}
      onCancel={onClose}
      // What is shown once is not lost by a click beside it.
      mask={{ closable: false }}
      footer={
        told ? (
          <Button type="primary" onClick={onClose} data-testid="rotate-seen">
            {t('action.close')}
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>{t('device.cancel')}</Button>
            <Button
              type="primary"
              danger={keepHours === 0}
              disabled={!ready}
              loading={rotate.isPending}
              onClick={() => rotate.mutate({ keepHours, ...(own === '' ? {} : { password: own }) })}
              data-testid="rotate-confirm"
            >
              {t('device.rotateConfirm')}
            </Button>
          </>
        )
      }
    >
      <div className="stack">
        {told ? (
          <>
            <Say tone="warn">{t('device.shownOnce')}</Say>
            <Facts>
              <Fact label={t('device.mn')}>
                <span className="mono">{mn}</span>
              </Fact>
              <Fact label={t('device.newPassword')}>
                <Typography.Text className="mono" copyable data-testid="new-password">
                  {told.password}
                </Typography.Text>
              </Fact>
              <Fact label={t('device.oldPasswordUntil')}>
                {told.oldPasswordUntil ? formatTime(told.oldPasswordUntil) : t('device.endedAtOnce')}
              </Fact>
            </Facts>
          </>
        ) : (
          <>
            <p>{t('device.rotateText')}</p>
            <Labelled label={t('device.keepOld')}>
              {(id) => (
                <Select
                  id={id}
                  value={keepHours}
                  onChange={setKeepHours}
                  style={{ width: '100%' }}
                  options={KEEP_HOURS.map((value) => ({
                    value,
                    label: value === 0 ? t('device.endAtOnce') : t('device.hours', { count: value }),
                  }))}
                />
              )}
            </Labelled>
            <Labelled label={t('device.ownPassword')}>
              {(id) => (
                <Input.Password
                  id={id}
                  autoComplete="off"
                  maxLength={32}
                  value={own}
                  status={ready ? undefined : 'error'}
                  placeholder={t('device.ownPasswordHint')}
                  onChange={(event) => setOwn(event.target.value.trim())}
                />
              )}
            </Labelled>
            {keepHours === 0 && <Say tone="warn">{t('device.endAtOnceText')}</Say>}
            <Problem error={rotate.error} />
          </>
        )}
      </div>
    </Modal>
  );
}

/** Sets the first SM4 key of a device of HJ 212-2025; later ones are made by the platform every 90 days. */
export function SetKey({ mn }: { mn: string }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const [open, setOpen] = useState(false);
  const [key, setKey] = useState('');
  const set = useDeviceCommand<{ since: string }>(`${devicePath(mn)}/key`);
  const close = () => {
    setOpen(false);
    setKey('');
  };
  return (
    <>
      <Button onClick={() => setOpen(true)} data-testid="set-key">
        {t('device.setKey')}
      </Button>
      <Modal
        open={open}
        title={t('device.setKey')}
        onCancel={close}
        okText={t('device.setKey')}
        okButtonProps={{ disabled: !/^[!-~]{16}$/.test(key) }}
        confirmLoading={set.isPending}
        onOk={() =>
          set.mutate(
            { key },
            {
              onSuccess: () => {
                close();
                void message.success(t('device.keySet'));
              },
            },
          )
        }
      >
        <div className="stack">
          <p>{t('device.keyText')}</p>
          <Input.Password
            value={key}
            maxLength={16}
            autoComplete="off"
            aria-label={t('device.setKey')}
            onChange={(event) => setKey(event.target.value)}
          />
          <Problem error={set.error} />
        </div>
      </Modal>
    </>
  );
}
