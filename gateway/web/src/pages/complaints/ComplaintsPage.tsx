import { Segmented, Select, type TableColumnsType } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import type { Complaint } from '../../api/types';
import { KeyedList } from '../../design/KeyedList';
import { LevelChip } from '../../design/marks';
import { PageHead } from '../../design/parts';
import { useFilters } from '../../design/use-filters';
import { formatTime } from '../../view/time';
import { CATEGORIES } from '../public/public-api';
import { useComplaints } from './hooks';
import { ComplaintClock, ComplaintStateChip } from './marks';

const STATES = ['received', 'accepted', 'investigating', 'answered', 'closed', 'refused', 'merged'] as const;

export default function ComplaintsPage() {
  const { t } = useTranslation();
  const [search, set] = useFilters();
  const scope = search.get('scope') ?? 'open';
  const order = search.get('order') ?? 'due';
  const state = search.get('state') ?? undefined;
  const category = search.get('category') ?? undefined;
  const complaints = useComplaints({
    open: scope === 'open' && !state ? true : undefined,
    overdue: scope === 'overdue' ? true : undefined,
    state,
    category,
    order,
  });
  const title = (complaint: Complaint) => complaint.text.slice(0, 60);
  const columns: TableColumnsType<Complaint> = [
    { title: t('alarm.level'), render: (_, complaint) => <LevelChip level={complaint.level} />, width: 96 },
    {
      title: t('complaint.what'),
      render: (_, complaint) => (
        // Words of any length leave room for the clocks beside them.
        <div style={{ maxWidth: 420, whiteSpace: 'normal' }}>
          <Link to={`/complaints/${complaint.id}`} style={{ fontWeight: 500 }}>
            {title(complaint)}
          </Link>
          <div className="row-note">
            {[complaint.number, complaint.place, complaint.enterpriseName].filter(Boolean).join(' · ')}
          </div>
        </div>
      ),
    },
    { title: t('complaint.category_'), render: (_, complaint) => t(`complaint.category.${complaint.category}`) },
    {
      title: t('complaint.stateTitle'),
      render: (_, complaint) => (
        <span className="cluster">
          <ComplaintStateChip state={complaint.state} />
          {complaint.reporters > 1 && (
            <span className="chip">{t('complaint.reportersCount', { count: complaint.reporters })}</span>
          )}
        </span>
      ),
    },
    { title: t('complaint.due'), render: (_, complaint) => <ComplaintClock complaint={complaint} /> },
    { title: t('complaint.receivedAt'), render: (_, complaint) => formatTime(complaint.receivedAt, 'short') },
  ];
  return (
    <div className="page">
      <PageHead title={t('nav.complaints')} sub={t('complaint.lead')} />
      <div className="filters">
        <Segmented
          value={scope}
          onChange={(value) => set('scope', value)}
          options={(['open', 'overdue', 'all'] as const).map((value) => ({
            value,
            label: t(`complaint.scope.${value}`),
          }))}
          data-testid="complaints-scope"
        />
        <Select
          allowClear
          value={state}
          placeholder={t('complaint.anyState')}
          aria-label={t('complaint.anyState')}
          onChange={(value) => set('state', value)}
          popupMatchSelectWidth={false}
          options={STATES.map((value) => ({ value, label: t(`complaint.state.${value}`) }))}
        />
        <Select
          allowClear
          value={category}
          placeholder={t('complaint.anyCategory')}
          aria-label={t('complaint.anyCategory')}
          onChange={(value) => set('category', value)}
          options={CATEGORIES.map((value) => ({ value, label: t(`complaint.category.${value}`) }))}
        />
        <Segmented
          value={order}
          onChange={(value) => set('order', value)}
          options={(['due', 'newest'] as const).map((value) => ({ value, label: t(`complaint.order.${value}`) }))}
        />
      </div>
      <div className="panel">
        <KeyedList
          of={complaints}
          keyOf={(complaint) => complaint.id}
          columns={columns}
          row={(complaint) => (
            <>
              <div className="row-top">
                <LevelChip level={complaint.level} />
                <span className="chip">{t(`complaint.category.${complaint.category}`)}</span>
                <ComplaintStateChip state={complaint.state} />
              </div>
              <div className="row-title">{title(complaint)}</div>
              <div className="row-note">{[complaint.place, complaint.enterpriseName].filter(Boolean).join(' · ')}</div>
              <ComplaintClock complaint={complaint} />
            </>
          )}
          to={(complaint) => `/complaints/${complaint.id}`}
          empty={{ title: t('complaint.none'), text: t('complaint.noneText') }}
          testId="complaints"
        />
      </div>
    </div>
  );
}
