import { Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Blank } from '../../design/parts';
import { formatTime } from '../../view/time';
import { PublicList } from '../public/PublicList';
import { useCountyOptions } from '../public/public-api';
import { ColourChip } from './marks';
import { usePublicCredit } from './queries';

/** Final colours for everybody: by name, credit code or county. */
export default function PublicCredit() {
  const { t } = useTranslation();
  const [q, setQ] = useState('');
  const [division, setDivision] = useState<string>();
  const counties = useCountyOptions();
  const found = usePublicCredit({ q, division });
  return (
    <div data-testid="public-credit">
      <h1>{t('credit.public.title')}</h1>
      <p className="public-lead">{t('credit.public.lead')}</p>
      <div className="filters">
        <Input.Search
          allowClear
          maxLength={100}
          placeholder={t('credit.search')}
          aria-label={t('credit.search')}
          onSearch={setQ}
          data-testid="public-credit-search"
        />
        <Select
          allowClear
          value={division}
          onChange={setDivision}
          placeholder={t('credit.anyDivision')}
          aria-label={t('credit.anyDivision')}
          popupMatchSelectWidth={false}
          options={counties}
        />
      </div>
      <PublicList
        of={found}
        keyOf={(item) => `${item.uscc}${item.scheme}`}
        empty={<Blank title={t('credit.public.none')}>{t('credit.public.noneText')}</Blank>}
        row={(item) => (
          <>
            <div className="row-top">
              <ColourChip colour={item.colour} />
              <span className="chip">{t(`credit.partyKind.${item.partyKind}`)}</span>
            </div>
            <div className="row-title">{item.name}</div>
            <div className="row-note">
              {[
                item.uscc,
                `${item.period} ${t(`credit.scheme.${item.scheme}`, { defaultValue: item.scheme })}`,
                formatTime(item.finalAt, 'day'),
              ].join(' · ')}
            </div>
          </>
        )}
      />
    </div>
  );
}
