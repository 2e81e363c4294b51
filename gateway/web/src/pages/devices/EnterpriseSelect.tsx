import { Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEnterprise, useEnterprises } from '../../api/hooks';

/** An enterprise, found by a part of its name. */
export function EnterpriseSelect(props: { value: string | undefined; onChange: (id: string | undefined) => void }) {
  const { t } = useTranslation();
  const [q, setQ] = useState('');
  const found = useEnterprises({ q: q || undefined });
  const chosen = useEnterprise(props.value);
  const options = (found.data ?? []).map(({ id, name }) => ({ value: id, label: name }));
  if (chosen.data && !options.some(({ value }) => value === chosen.data.id)) {
    options.unshift({ value: chosen.data.id, label: chosen.data.name });
  }
  return (
    <Select
      allowClear
      showSearch={{ filterOption: false, onSearch: setQ }}
      value={props.value}
      onChange={(value: string | undefined) => props.onChange(value)}
      loading={found.isFetching}
      options={options}
      placeholder={t('device.anyEnterprise')}
      aria-label={t('device.anyEnterprise')}
      popupMatchSelectWidth={false}
    />
  );
}
