import { Input, Select, type TableColumnsType } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import { KeyedList } from '../../design/KeyedList';
import { PageHead } from '../../design/parts';
import { useFilters } from '../../design/use-filters';
import { lastDay } from '../../view/time';
import { PermitStatus } from './marks';
import { type Permit, usePermits } from './queries';
import { PermitTabs } from './Tabs';

const CLASSES = ['key', 'simplified', 'registration'] as const;

export default function PermitsPage() {
  const { t } = useTranslation();
  const [search, set] = useFilters();
  const permits = usePermits({
    q: search.get('q') ?? undefined,
    status: search.get('status') ?? undefined,
    managementClass: search.get('class') ?? undefined,
  });
  const columns: TableColumnsType<Permit> = [
    {
      title: t('permit.number'),
      render: (_, p) => (
        <Link to={`/permits/${p.id}`} className="mono">
          {p.number}
        </Link>
      ),
    },
    {
      title: t('permits.holder'),
      render: (_, p) => <Link to={`/enterprises/${p.enterpriseId}`}>{p.name ?? p.enterpriseId}</Link>,
    },
    { title: t('permits.class'), render: (_, p) => t(`managementClass.${p.managementClass}`) },
    { title: t('permit.status'), render: (_, p) => <PermitStatus permit={p} /> },
    { title: t('permit.valid'), render: (_, p) => t('permit.until', { at: lastDay(p.validTo) }) },
    { title: t('permits.outlets'), align: 'right', render: (_, p) => p.outlets.length },
  ];
  return (
    <div className="page">
      <PageHead title={t('permits.page.permits')} sub={t('permits.lead')} />
      <PermitTabs />
      <div className="filters">
        <Input.Search
          allowClear
          defaultValue={search.get('q') ?? ''}
          placeholder={t('permits.search')}
          aria-label={t('permits.search')}
          onSearch={(value) => set('q', value.trim())}
          style={{ maxWidth: 320 }}
          data-testid="permits-search"
        />
        <Select
          allowClear
          value={search.get('status') ?? undefined}
          placeholder={t('permit.status')}
          aria-label={t('permit.status')}
          onChange={(value) => set('status', value)}
          options={(['valid', 'expired'] as const).map((value) => ({ value, label: t(`permitStatus.${value}`) }))}
        />
        <Select
          allowClear
          value={search.get('class') ?? undefined}
          placeholder={t('permits.class')}
          aria-label={t('permits.class')}
          onChange={(value) => set('class', value)}
          options={CLASSES.map((value) => ({ value, label: t(`managementClass.${value}`) }))}
        />
      </div>
      <div className="panel">
        <KeyedList
          of={permits}
          keyOf={(permit) => permit.id}
          columns={columns}
          to={(permit) => `/permits/${permit.id}`}
          row={(permit) => (
            <>
              <div className="row-top">
                <span className="row-title">{permit.name ?? permit.enterpriseId}</span>
                <PermitStatus permit={permit} />
              </div>
              <div className="row-note mono">{permit.number}</div>
            </>
          )}
          empty={{ title: t('permits.none') }}
          testId="permits"
        />
      </div>
    </div>
  );
}
