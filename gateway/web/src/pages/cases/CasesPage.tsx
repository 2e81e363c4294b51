import { Select, type TableColumnsType } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router-dom';
import type { Case } from '../../api/types';
import { KeyedList } from '../../design/KeyedList';
import { PageHead } from '../../design/parts';
import { formatTime } from '../../view/time';
import { CaseClock, CaseStateChip } from './marks';
import { useCases } from './queries';

const STATES = ['filed', 'noticed', 'decided', 'closed', 'withdrawn'] as const;

export default function CasesPage() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const state = search.get('state') ?? undefined;
  const cases = useCases({ state });
  const columns: TableColumnsType<Case> = [
    {
      title: t('case.number'),
      render: (_, one) => (
        <Link to={`/cases/${one.id}`} style={{ fontWeight: 500 }}>
          {one.number}
        </Link>
      ),
    },
    { title: t('case.party'), render: (_, one) => one.partyName },
    { title: t('case.act'), render: (_, one) => t(`caseAct.${one.act}`) },
    { title: t('case.stateTitle'), render: (_, one) => <CaseStateChip state={one.state} /> },
    { title: t('case.clock'), render: (_, one) => <CaseClock of={one} /> },
    { title: t('case.filedAt'), render: (_, one) => formatTime(one.filedAt, 'day') },
  ];
  return (
    <div className="page">
      <PageHead title={t('nav.cases')} sub={t('case.lead')} />
      <div className="filters">
        <Select
          allowClear
          value={state}
          placeholder={t('case.anyState')}
          aria-label={t('case.anyState')}
          onChange={(value?: string) => setSearch(value ? { state: value } : {}, { replace: true })}
          popupMatchSelectWidth={false}
          options={STATES.map((value) => ({ value, label: t(`case.state.${value}`) }))}
        />
      </div>
      <div className="panel">
        <KeyedList
          of={cases}
          keyOf={(one) => one.id}
          columns={columns}
          row={(one) => (
            <>
              <div className="row-top">
                <CaseStateChip state={one.state} />
                <span className="muted">{formatTime(one.filedAt, 'day')}</span>
              </div>
              <div className="row-title">{one.partyName}</div>
              <div className="row-note">
                {one.number} · {t(`caseAct.${one.act}`)}
              </div>
              <CaseClock of={one} />
            </>
          )}
          to={(one) => `/cases/${one.id}`}
          empty={{ title: t('case.none'), text: t('case.noneText') }}
          testId="cases"
        />
      </div>
    </div>
  );
}
