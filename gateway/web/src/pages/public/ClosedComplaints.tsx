import { Rate, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Blank } from '../../design/parts';
import { formatTime } from '../../view/time';
import { PublicList } from './PublicList';
import { useClosed, useCountyOptions } from './public-api';

/** What was done about what people reported, for everybody and without personal data. */
export default function ClosedComplaints() {
  const { t } = useTranslation();
  const [division, setDivision] = useState<string>();
  const counties = useCountyOptions();
  const closed = useClosed(division);
  return (
    <div data-testid="closed-complaints">
      <h1>{t('nav.publicList')}</h1>
      <p className="public-lead">{t('public.list.lead')}</p>
      <div className="filters">
        <Select
          allowClear
          value={division}
          onChange={setDivision}
          placeholder={t('public.list.any')}
          aria-label={t('public.list.any')}
          popupMatchSelectWidth={false}
          options={counties}
        />
      </div>
      <PublicList
        of={closed}
        keyOf={(item) => `${item.closedAt}${item.receivedAt}${item.summary}`}
        empty={<Blank title={t('public.list.none')} />}
        row={(item) => (
          <>
            <div className="row-top">
              <span className="chip">{t(`complaint.category.${item.category}`)}</span>
              <span className={`chip ${item.substantiated === 'yes' ? 'normal' : ''}`}>
                {t(`complaint.substantiated.${item.substantiated}`)}
              </span>
              {item.satisfaction && <Rate disabled value={item.satisfaction} style={{ fontSize: 13 }} />}
            </div>
            <div className="row-title" style={{ fontWeight: 400, whiteSpace: 'pre-wrap' }}>
              {item.summary}
            </div>
            <div className="row-note">
              {[
                item.divisionName ?? item.division,
                t('public.list.closedAt', { at: formatTime(item.closedAt, 'day') }),
                t('public.list.reporters', { count: item.reporters }),
              ].join(' · ')}
            </div>
          </>
        )}
      />
    </div>
  );
}
