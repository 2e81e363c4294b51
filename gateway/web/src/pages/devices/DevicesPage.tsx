import { useQueryClient } from '@tanstack/react-query';
import { Button, Form, Input, Modal, Segmented, Select, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router-dom';
import { api } from '../../api/client';
import { useDevices, useEnterprise, useEnterprises, useLinks, useRefusals } from '../../api/hooks';
import type { Device, DeviceLink, Refusal } from '../../api/types';
import { KeyedList } from '../../design/KeyedList';
import { LinkMark } from '../../design/marks';
import { PageHead, Problem, Say } from '../../design/parts';
import { useSelf } from '../../me';
import { mayClaim } from '../../view/access';
import { formatTime, isoTime } from '../../view/time';

const REASONS = [
  'garbage',
  'too-long',
  'length',
  'crc',
  'structure',
  'unknown-device',
  'wrong-password',
  'wrong-address',
  'data-time',
  'value',
  'slow',
] as const;

/** Binds a device that nobody knew to an outlet, from a time on. */
function Claim({ device }: { device: Device }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const [q, setQ] = useState('');
  const [enterpriseId, setEnterpriseId] = useState<string>();
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const [form] = Form.useForm<{ outletId: string; password: string }>();
  const enterprises = useEnterprises({ q: q || undefined });
  const chosen = useEnterprise(open ? enterpriseId : undefined);

  const claim = async (given: { outletId: string; password: string }) => {
    setBusy(true);
    setError(null);
    try {
      const from = device.firstSeen ? { from: device.firstSeen } : { from: isoTime(Date.now()) };
      await api('POST', `/devices/${encodeURIComponent(device.mn)}/claim`, { body: { ...given, ...from } });
      setOpen(false);
      void client.invalidateQueries({ queryKey: ['devices'] });
    } catch (refused) {
      setError(refused instanceof Error ? refused : new Error(String(refused)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button type="primary" size="small" onClick={() => setOpen(true)} data-testid="claim">
        {t('device.claim')}
      </Button>
      <Modal
        open={open}
        title={t('device.claimTitle')}
        onCancel={() => setOpen(false)}
        onOk={() => form.submit()}
        okText={t('device.claim')}
        confirmLoading={busy}
        destroyOnHidden
      >
        <p style={{ marginBottom: 12 }}>
          <span className="mono">{device.mn}</span>
          {device.firstSeen && (
            <span className="muted"> · {t('device.firstSeen', { at: formatTime(device.firstSeen) })}</span>
          )}
        </p>
        <Form form={form} layout="vertical" requiredMark={false} onFinish={claim} data-testid="claim-form">
          <Form.Item label={t('enterprise.name')} required>
            <Select
              showSearch={{ filterOption: false, onSearch: setQ }}
              value={enterpriseId}
              onChange={(value) => {
                setEnterpriseId(value);
                form.resetFields(['outletId']);
              }}
              loading={enterprises.isFetching}
              options={(enterprises.data ?? []).map((e) => ({ value: e.id, label: e.name }))}
              placeholder={t('enterprise.search')}
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
          <Form.Item
            name="password"
            label={t('device.password')}
            extra={t('device.passwordText')}
            rules={[{ required: true, message: t('login.passwordNeeded') }]}
          >
            <Input.Password autoComplete="off" maxLength={32} />
          </Form.Item>
        </Form>
        <Problem error={error} />
      </Modal>
    </>
  );
}

function DeviceLinkState({ link }: { link?: DeviceLink }) {
  const { t } = useTranslation();
  if (!link) return <span className="muted">–</span>;
  return (
    <>
      <LinkMark online={link.online} />
      {link.lastSeen && (
        <div className="row-note">{t('device.lastSeen', { at: formatTime(link.lastSeen, 'short') })}</div>
      )}
    </>
  );
}

function DeviceOutlet({ device }: { device: Device }) {
  const binding = device.bindings.findLast((b) => !b.to) ?? device.bindings.at(-1);
  const enterprise = useEnterprise(binding?.enterpriseId);
  if (!binding) return <span className="muted">–</span>;
  const outlet = enterprise.data?.outlets.find((o) => o.id === binding.outletId);
  return (
    <Link to={`/outlets/${binding.outletId}`}>
      {enterprise.data?.name ?? binding.enterpriseId}
      <span className="row-note" style={{ display: 'block' }}>
        {outlet ? `${outlet.code} ${outlet.name}` : binding.outletId}
      </span>
    </Link>
  );
}

function Devices({ status }: { status?: string }) {
  const { t } = useTranslation();
  const me = useSelf();
  const devices = useDevices({ status });
  const links = useLinks((devices.data ?? []).map((d) => d.mn));
  const linkOf = (mn: string) => links.data?.find((l) => l.mn === mn);
  const claimable = (d: Device) => d.status === 'unclaimed' && mayClaim(me);
  const columns: TableColumnsType<Device> = [
    { title: t('device.mn'), render: (_, d) => <span className="mono">{d.mn}</span> },
    { title: t('device.link'), render: (_, d) => <DeviceLinkState link={linkOf(d.mn)} /> },
    { title: t('device.where'), render: (_, d) => <DeviceOutlet device={d} /> },
    {
      title: t('device.status'),
      render: (_, d) => (
        <span className={`chip ${d.status === 'unclaimed' ? 'mid' : ''}`}>{t(`deviceStatus.${d.status}`)}</span>
      ),
    },
    { title: t('device.edition'), render: (_, d) => `HJ 212-${d.edition}` },
    { title: '', align: 'right', render: (_, d) => claimable(d) && <Claim device={d} /> },
  ];
  return (
    <KeyedList
      of={devices}
      keyOf={(d) => d.mn}
      columns={columns}
      row={(d) => (
        <>
          <div className="row-top">
            <span className={`chip ${d.status === 'unclaimed' ? 'mid' : ''}`}>{t(`deviceStatus.${d.status}`)}</span>
            <span>
              <DeviceLinkState link={linkOf(d.mn)} />
            </span>
          </div>
          <div className="row-title mono">{d.mn}</div>
          <DeviceOutlet device={d} />
          {claimable(d) && (
            <div style={{ marginTop: 8 }}>
              <Claim device={d} />
            </div>
          )}
        </>
      )}
      empty={{ title: t(status === 'unclaimed' ? 'device.noneUnclaimed' : 'device.none'), text: t('device.noneText') }}
      testId="devices"
    />
  );
}

function Refusals() {
  const { t } = useTranslation();
  const [reason, setReason] = useState<string>();
  const refusals = useRefusals({ reason });
  const columns: TableColumnsType<Refusal> = [
    { title: t('refusal.at'), render: (_, r) => formatTime(r.at, 'second') },
    {
      title: t('refusal.reason'),
      render: (_, r) => <span className="chip urgent">{t(`refusalReason.${r.reason}`)}</span>,
    },
    {
      title: t('refusal.detail'),
      render: (_, r) => <span style={{ whiteSpace: 'normal' }}>{r.detail}</span>,
      width: 340,
    },
    { title: t('device.mn'), render: (_, r) => <span className="mono">{r.mn ?? '–'}</span> },
    { title: t('refusal.address'), render: (_, r) => <span className="mono">{r.address}</span> },
    {
      title: t('refusal.raw'),
      render: (_, r) => (
        <details>
          <summary>{t('refusal.bytes', { count: r.size })}</summary>
          <code className="raw">{r.raw}</code>
        </details>
      ),
      width: 320,
    },
  ];
  return (
    <>
      <div style={{ padding: '12px 14px 8px' }}>
        <Select
          allowClear
          value={reason}
          onChange={setReason}
          placeholder={t('refusal.anyReason')}
          aria-label={t('refusal.anyReason')}
          style={{ minWidth: 200 }}
          options={REASONS.map((value) => ({ value, label: t(`refusalReason.${value}`) }))}
          data-testid="refusal-reason"
        />
      </div>
      <KeyedList
        of={refusals}
        keyOf={(r) => r.id}
        columns={columns}
        row={(r) => (
          <>
            <div className="row-top">
              <span className="chip urgent">{t(`refusalReason.${r.reason}`)}</span>
              <span className="muted" style={{ fontSize: 12.5 }}>
                {formatTime(r.at, 'second')}
              </span>
            </div>
            <div className="row-title">{r.detail}</div>
            <div className="row-note mono">{[r.mn, r.address].filter(Boolean).join(' · ')}</div>
          </>
        )}
        empty={{ title: t('refusal.none'), text: t('refusal.noneText') }}
        testId="refusals"
      />
    </>
  );
}

const VIEWS = ['all', 'unclaimed', 'refusals'] as const;

export default function DevicesPage() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const view = VIEWS.find((v) => v === search.get('view')) ?? 'all';
  return (
    <div className="page">
      <PageHead title={t('nav.devices')} sub={t('device.lead')} />
      <div className="filters">
        <Segmented
          value={view}
          onChange={(value) => setSearch(value === 'all' ? {} : { view: value }, { replace: true })}
          options={VIEWS.map((value) => ({ value, label: t(`device.view.${value}`) }))}
          data-testid="devices-view"
        />
      </div>
      {view === 'unclaimed' && (
        <div style={{ marginBottom: 12 }}>
          <Say>{t('device.unclaimedText')}</Say>
        </div>
      )}
      <div className="panel">
        {view === 'refusals' ? (
          <Refusals />
        ) : (
          <Devices key={view} status={view === 'unclaimed' ? 'unclaimed' : undefined} />
        )}
      </div>
    </div>
  );
}
