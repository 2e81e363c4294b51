import { useQueryClient } from '@tanstack/react-query';
import { App, Button, Form, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client';
import type { Me } from '../../api/types';
import { Problem } from '../../design/parts';

export const PASSWORD_LENGTH = 10;

export function PasswordForm() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const [form] = Form.useForm<{ current: string; next: string; again: string }>();
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);

  const change = async ({ current, next }: { current: string; next: string }) => {
    setBusy(true);
    setError(null);
    try {
      client.setQueryData(['me'], await api<Me>('PUT', '/me/password', { body: { current, next } }));
      form.resetFields();
      void message.success(t('password.changed'));
    } catch (refused) {
      setError(refused instanceof Error ? refused : new Error(String(refused)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Form form={form} layout="vertical" requiredMark={false} onFinish={change} data-testid="password-form">
      <Form.Item
        name="current"
        label={t('password.current')}
        rules={[{ required: true, message: t('password.needed') }]}
      >
        <Input.Password autoComplete="current-password" data-testid="password-current" />
      </Form.Item>
      <Form.Item
        name="next"
        label={t('password.next')}
        extra={t('password.rule', { count: PASSWORD_LENGTH })}
        rules={[{ required: true, min: PASSWORD_LENGTH, message: t('password.rule', { count: PASSWORD_LENGTH }) }]}
      >
        <Input.Password autoComplete="new-password" data-testid="password-next" />
      </Form.Item>
      <Form.Item
        name="again"
        label={t('password.again')}
        dependencies={['next']}
        rules={[
          { required: true, message: t('password.needed') },
          ({ getFieldValue }) => ({
            validator: (_, value) =>
              !value || value === getFieldValue('next')
                ? Promise.resolve()
                : Promise.reject(new Error(t('password.differs'))),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" data-testid="password-again" />
      </Form.Item>
      {error && (
        <div style={{ marginBottom: 16 }}>
          <Problem error={error} />
        </div>
      )}
      <Button type="primary" htmlType="submit" loading={busy} data-testid="password-save">
        {t('password.save')}
      </Button>
    </Form>
  );
}
