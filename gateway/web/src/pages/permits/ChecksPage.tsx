import { Segmented, Select, type TableColumnsType } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import { KeyedList } from '../../design/KeyedList';
import { LevelChip } from '../../design/marks';
import { PageHead } from '../../design/parts';
import { useFilters } from '../../design/use-filters';
import { formatTime } from '../../view/time';
import { CheckState, useCheckName } from './marks';
import { type Check, useChecks } from './queries';
import { PermitTabs } from './Tabs';

const CHECKS = [
  ...(['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9', 'P10', 'P11', 'P12', 'P13'] as const),
  'EIA_NO_APPROVAL',
  'EIA_NO_ACCEPTANCE',
  'EIA_APPROVAL_OVERDUE',
  'EIA_LAPSED',
  'PERMIT_MISSING_AFTER_EIA',
] as const;

export default function ChecksPage() {
  const { t } = useTranslation();
  const name = useCheckName();
  const [search, set] = useFilters();
  const show = search.get('show') ?? 'active';
  const checks = useChecks({
    active: show === 'all' ? undefined : show === 'active',
    check: search.get('check') ?? undefined,
    level: search.get('level') ?? undefined,
    enterpriseId: search.get('enterprise') ?? undefined,
  });
  const columns: TableColumnsType<Check> = [
    { title: t('permits.column.level'), width: 96, render: (_, c) => <LevelChip level={c.level} /> },
    {
      title: t('permits.column.what'),
      render: (_, c) => (
        <div style={{ maxWidth: 560, whiteSpace: 'normal' }}>
          <Link to={`/checks/${c.id}`} style={{ fontWeight: 500 }}>
            {name(c)}
          </Link>
          <div className="row-note">{c.text}</div>
        </div>
      ),
    },
    {
      title: t('permits.holder'),
      render: (_, c) => <Link to={`/enterprises/${c.enterpriseId}`}>{c.enterpriseName}</Link>,
    },
    { title: t('permits.column.state'), render: (_, c) => <CheckState check={c} /> },
    { title: t('permits.column.since'), render: (_, c) => formatTime(c.openedAt) },
  ];
  return (
    <div className="page">
      <PageHead title={t('permits.page.checks')} sub={t('permits.checksLead')} />
      <PermitTabs />
      <div className="filters">
        <Segmented
          value={show}
          onChange={(value) => set('show', value === 'active' ? undefined : value)}
          options={(['active', 'over', 'all'] as const).map((value) => ({ value, label: t(`permits.show.${value}`) }))}
          data-testid="checks-show"
        />
        <Select
          allowClear
          value={search.get('check') ?? undefined}
          placeholder={t('permits.anyCheck')}
          aria-label={t('permits.anyCheck')}
          popupMatchSelectWidth={false}
          onChange={(value) => set('check', value)}
          options={CHECKS.map((value) => ({ value, label: t(`permits.check.${value}`) }))}
          data-testid="checks-check"
        />
        <Select
          allowClear
          value={search.get('level') ?? undefined}
          placeholder={t('permits.column.level')}
          aria-label={t('permits.column.level')}
          onChange={(value) => set('level', value)}
          options={(['high', 'mid', 'low'] as const).map((value) => ({ value, label: t(`level.${value}`) }))}
        />
      </div>
      <div className="panel">
        <KeyedList
          of={checks}
          keyOf={(check) => check.id}
          columns={columns}
          to={(check) => `/checks/${check.id}`}
          row={(check) => (
            <>
              <div className="row-top">
                <span className="row-title">{name(check)}</span>
                <LevelChip level={check.level} />
              </div>
              <div className="row-note">{check.enterpriseName}</div>
              <div className="row-note">{check.text}</div>
            </>
          )}
          empty={{ title: t('permits.noChecks') }}
          testId="checks"
        />
      </div>
    </div>
  );
}
