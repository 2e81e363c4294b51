import { Button, Form, Input, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEnterprise } from '../../api/hooks';
import type { Device } from '../../api/types';
import { Problem } from '../../design/parts';
import { useOperators } from '../credit/queries';
import { EnterpriseSelect } from './EnterpriseSelect';
import { devicePath, useDeviceCommand } from './queries';

/** Binds a device that nobody knew to an outlet, from when it was first seen. */
export function Claim({ mn, size }: { mn: string; size?: 'small' }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const claim = useDeviceCommand<Device>(`${devicePath(mn)}/claim`);
  return (
    <>
      <Button type="primary" size={size} onClick={() => setOpen(true)} data-testid="claim">
        {t('device.claim')}
      </Button>
      {open && <ClaimForm mn={mn} claim={claim} onClose={() => setOpen(false)} />}
    </>
  );
}

function ClaimForm(props: { mn: string; claim: ReturnType<typeof useDeviceCommand<Device>>; onClose: () => void }) {
  const { t } = useTranslation();
  const { mn, claim, onClose } = props;
  const [enterpriseId, setEnterpriseId] = useState<string>();
  const [form] = Form.useForm<{ outletId: string; password: string; operatorId?: string }>();
  const chosen = useEnterprise(enterpriseId);
  const operators = useOperators({});
  return (
    <Modal
      open
      title={t('device.claimTitle')}
      onCancel={onClose}
      onOk={() => form.submit()}
      okText={t('device.claim')}
      confirmLoading={claim.isPending}
    >
      <p style={{ marginBottom: 12 }} className="mono">
        {mn}
      </p>
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={(given) => claim.mutate(given, { onSuccess: onClose })}
        data-testid="claim-form"
      >
        <Form.Item label={t('enterprise.name')} required>
          <EnterpriseSelect
            value={enterpriseId}
            onChange={(value) => {
              setEnterpriseId(value);
              form.resetFields(['outletId']);
            }}
          />
        </Form.Item>
        <Form.Item
          name="outletId"
          label={t('alarm.outlet')}
          rules={[{ required: true, message: t('device.outletNeeded') }]}
        >
          <Select
            disabled={!chosen.data}
            options={chosen.data?.outlets.map((o) => ({ value: o.id, label: `${o.code} ${o.name}` }))}
          />
        </Form.Item>
        <Form.Item name="operatorId" label={t('device.operator')}>
          <Select
            allowClear
            loading={operators.isPending}
            options={(operators.data ?? []).map((o) => ({ value: o.id, label: o.name, disabled: o.barred }))}
          />
        </Form.Item>
        <Form.Item
          name="password"
          label={t('device.password')}
          extra={t('device.passwordText')}
          rules={[{ required: true, message: t('login.passwordNeeded') }]}
        >
          <Input.Password autoComplete="off" maxLength={32} />
        </Form.Item>
      </Form>
      <Problem error={claim.error} />
    </Modal>
  );
}
