import { Input, Select, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import { useDivisions, useEnterprises } from '../../api/hooks';
import type { Enterprise } from '../../api/types';
import { KeyedList } from '../../design/KeyedList';
import { PageHead } from '../../design/parts';
import { useTyped } from '../../design/use-typed';
import { useSelf } from '../../me';
import { useDivisionName } from './division-name';

export default function EnterprisesPage() {
  const { t } = useTranslation();
  const me = useSelf();
  const [division, setDivision] = useState<string>();
  const [asked, setAsked] = useState('');
  const [q, setQ] = useTyped(asked, setAsked);
  const enterprises = useEnterprises({ q: asked || undefined, division });
  const divisions = useDivisions();
  const nameOf = useDivisionName();
  const below =
    divisions.data?.filter((d) => d.path.includes(me.division) && d.level !== 'town' && d.code !== me.division) ?? [];

  const columns: TableColumnsType<Enterprise> = [
    {
      title: t('enterprise.name'),
      render: (_, e) => (
        <>
          <Link to={`/enterprises/${e.id}`} style={{ fontWeight: 500 }}>
            {e.name}
          </Link>
          <div className="row-note mono">{e.uscc}</div>
        </>
      ),
    },
    { title: t('enterprise.division'), render: (_, e) => nameOf(e.divisionCode) },
    { title: t('enterprise.industry'), render: (_, e) => e.industryName },
    {
      title: t('enterprise.class'),
      render: (_, e) => <span className="chip">{t(`managementClass.${e.managementClass}`)}</span>,
    },
    { title: t('enterprise.status'), render: (_, e) => t(`enterpriseStatus.${e.status}`) },
  ];
  return (
    <div className="page">
      <PageHead title={t('nav.enterprises')} sub={t('enterprise.lead')} />
      <div className="filters">
        <Input.Search
          allowClear
          value={q}
          onChange={(event) => setQ(event.target.value)}
          placeholder={t('enterprise.search')}
          aria-label={t('enterprise.search')}
          style={{ maxWidth: 340 }}
          data-testid="enterprise-search"
        />
        {below.length > 0 && (
          <Select
            allowClear
            showSearch={{ optionFilterProp: 'label' }}
            value={division}
            placeholder={t('enterprise.anyDivision')}
            aria-label={t('enterprise.anyDivision')}
            onChange={setDivision}
            popupMatchSelectWidth={false}
            options={below.map((d) => ({ value: d.code, label: `${nameOf(d.code)} ${d.code}` }))}
          />
        )}
      </div>
      <div className="panel">
        <KeyedList
          of={enterprises}
          keyOf={(e) => e.id}
          columns={columns}
          row={(e) => (
            <>
              <div className="row-top">
                <span className="chip">{t(`managementClass.${e.managementClass}`)}</span>
                <span className="muted" style={{ fontSize: 12.5 }}>
                  {nameOf(e.divisionCode)}
                </span>
              </div>
              <div className="row-title">{e.name}</div>
              <div className="row-note">
                {e.industryName} · {t(`enterpriseStatus.${e.status}`)}
              </div>
            </>
          )}
          to={(e) => `/enterprises/${e.id}`}
          empty={{ title: t('enterprise.none'), text: t('enterprise.noneText') }}
          testId="enterprises"
        />
      </div>
    </div>
  );
}
