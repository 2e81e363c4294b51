import { Button, Rate, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Answer, Blank, Panel } from '../../design/parts';
import { formatTime } from '../../view/time';
import { useClosed, useCounties } from './public-api';

/** What was done about what people reported, for everybody and without personal data. */
export default function ClosedComplaints() {
  const { t, i18n } = useTranslation();
  const [division, setDivision] = useState<string>();
  const counties = useCounties();
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
          options={(counties.data?.items ?? []).map(({ code, name, nameEn }) => ({
            value: code,
            label: i18n.language === 'en' ? (nameEn ?? name) : name,
          }))}
        />
      </div>
      <Panel flush>
        <Answer of={closed}>
          {(items) =>
            items.length === 0 ? (
              <Blank title={t('public.list.none')} />
            ) : (
              <ul className="rows">
                {items.map((item) => (
                  <li
                    key={`${item.closedAt}${item.receivedAt}${item.summary}`}
                    className="row"
                    style={{ cursor: 'default' }}
                  >
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
                  </li>
                ))}
              </ul>
            )
          }
        </Answer>
        {closed.hasNextPage && (
          <div className="more">
            <Button onClick={() => void closed.fetchNextPage()} loading={closed.isFetchingNextPage}>
              {t('action.more')}
            </Button>
          </div>
        )}
      </Panel>
    </div>
  );
}
