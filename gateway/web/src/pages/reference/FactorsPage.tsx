import { Button, Form, Input, InputNumber, Modal, Segmented, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { KeyedList } from '../../design/KeyedList';
import { PageHead, Problem } from '../../design/parts';
import { useFilters } from '../../design/use-filters';
import { useTyped } from '../../design/use-typed';
import { useSelf } from '../../me';
import { mayKeepReference } from '../../view/access';
import { unitText } from '../../view/factors';
import { DeviceTabs } from '../devices/Tabs';
import { type Factor, type FactorInput, useFactors, useSaveFactor } from './queries';

const SOURCES = ['all', 'standard', 'own'] as const;

/** The row as it stands with what was entered; an emptied field is taken away. */
const changed = ({ source: _, ...row }: Partial<Factor>, entered: FactorInput): FactorInput =>
  Object.fromEntries(
    Object.entries({ ...row, ...entered }).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  ) as FactorInput;

function FactorForm({ factor, onClose }: { factor: Factor | undefined; onClose: () => void }) {
  const { t } = useTranslation();
  const save = useSaveFactor();
  const [form] = Form.useForm<FactorInput>();
  return (
    <Modal
      open
      title={t(factor ? 'factor.edit' : 'factor.add')}
      onCancel={onClose}
      onOk={() => form.submit()}
      okText={t('factor.save')}
      confirmLoading={save.isPending}
    >
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={factor}
        onFinish={(values) => save.mutate(changed(factor ?? {}, values), { onSuccess: onClose })}
        data-testid="factor-form"
      >
        <Form.Item
          name="code"
          label={t('factor.code')}
          rules={[{ required: true, pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$/, message: t('factor.codeForm') }]}
        >
          <Input disabled={factor !== undefined} maxLength={32} />
        </Form.Item>
        <Form.Item
          name="nameZh"
          label={t('factor.nameZh')}
          rules={[{ required: true, message: t('factor.nameNeeded') }]}
        >
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item name="nameEn" label={t('factor.nameEn')}>
          <Input maxLength={100} />
        </Form.Item>
        <div className="pair" style={{ marginTop: 0, gridTemplateColumns: 'repeat(2, minmax(0, 1fr))', rowGap: 0 }}>
          <Form.Item name="unit" label={t('factor.unit')}>
            <Input maxLength={20} placeholder="mg/m3" />
          </Form.Item>
          <Form.Item name="emissionUnit" label={t('factor.emissionUnit')}>
            <Input maxLength={20} placeholder="kg" />
          </Form.Item>
          <Form.Item name="decimals" label={t('factor.decimals')}>
            <InputNumber min={0} max={10} precision={0} style={{ width: '100%' }} />
          </Form.Item>
          <Form.Item name="molarMass" label={t('factor.molarMass')}>
            <InputNumber min={0.001} max={1000} style={{ width: '100%' }} />
          </Form.Item>
        </div>
      </Form>
      <Problem error={save.error} />
    </Modal>
  );
}

/** The factor table: rows of the standards, and what this deployment added or renamed. */
export default function FactorsPage() {
  const { t } = useTranslation();
  const me = useSelf();
  const [search, set] = useFilters();
  const q = search.get('q') ?? '';
  const source = SOURCES.find((one) => one === search.get('source')) ?? 'all';
  const [typed, setTyped] = useTyped(q, (text) => set('q', text));
  const factors = useFactors({ q: q || undefined, source: source === 'all' ? undefined : source });
  const [editing, setEditing] = useState<Factor | 'new'>();
  const keeps = mayKeepReference(me);
  const edit = (factor: Factor) => (
    <Button size="small" onClick={() => setEditing(factor)} data-testid={`edit-${factor.code}`}>
      {t('factor.change')}
    </Button>
  );
  const sourceChip = (factor: Factor) => (
    <span className={`chip ${factor.source === 'own' ? 'brand-chip' : ''}`}>{t(`factor.source.${factor.source}`)}</span>
  );
  const columns: TableColumnsType<Factor> = [
    { title: t('factor.code'), render: (_, f) => <span className="mono">{f.code}</span> },
    { title: t('factor.nameZh'), render: (_, f) => f.nameZh },
    { title: t('factor.nameEn'), render: (_, f) => f.nameEn ?? <span className="muted">–</span> },
    { title: t('factor.unit'), render: (_, f) => unitText(f.unit) },
    { title: t('factor.emissionUnit'), render: (_, f) => unitText(f.emissionUnit) },
    { title: t('factor.decimals'), align: 'right', render: (_, f) => f.decimals },
    { title: t('factor.sourceTitle'), render: (_, f) => sourceChip(f) },
    ...(keeps ? [{ title: '', align: 'right' as const, render: (_: unknown, f: Factor) => edit(f) }] : []),
  ];
  return (
    <div className="page">
      <PageHead
        title={t('device.page.factors')}
        sub={t('factor.lead')}
        actions={
          keeps && (
            <Button type="primary" onClick={() => setEditing('new')} data-testid="factor-add">
              {t('factor.add')}
            </Button>
          )
        }
      />
      <DeviceTabs />
      <div className="filters">
        <Segmented
          value={source}
          onChange={(value) => set('source', value === 'all' ? undefined : value)}
          options={SOURCES.map((value) => ({ value, label: t(`factor.source.${value}`) }))}
        />
        <Input.Search
          allowClear
          value={typed}
          maxLength={100}
          onChange={(event) => setTyped(event.target.value)}
          placeholder={t('factor.search')}
          aria-label={t('factor.search')}
          style={{ width: 260 }}
          data-testid="factor-search"
        />
      </div>
      <div className="panel">
        <KeyedList
          of={factors}
          keyOf={(f) => f.code}
          columns={columns}
          row={(f) => (
            <>
              <div className="row-top">
                <span className="mono">{f.code}</span>
                {sourceChip(f)}
              </div>
              <div className="row-title">{f.nameZh}</div>
              <div className="row-note">{[f.nameEn, unitText(f.unit)].filter(Boolean).join(' · ')}</div>
              {keeps && <div style={{ marginTop: 6 }}>{edit(f)}</div>}
            </>
          )}
          empty={{ title: t('factor.none') }}
          testId="factors"
        />
      </div>
      {editing && <FactorForm factor={editing === 'new' ? undefined : editing} onClose={() => setEditing(undefined)} />}
    </div>
  );
}
