import { Input, Segmented, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { PageHead } from '../../design/parts';
import { useFilters } from '../../design/use-filters';
import { STATE_TONE } from '../../view/command';
import { DeviceTabs } from '../devices/Tabs';
import { CommandList } from './CommandList';

const STATES = Object.keys(STATE_TONE);
const SCOPES = ['all', 'open', 'ended'] as const;

/** The commands to all devices the caller sees, gaps asked back by the platform among them. */
export default function CommandsPage() {
  const { t } = useTranslation();
  const [search, set] = useFilters();
  const mn = search.get('mn') ?? undefined;
  const state = search.get('state') ?? undefined;
  const scope = SCOPES.find((one) => one === search.get('scope')) ?? 'all';
  return (
    <div className="page">
      <PageHead title={t('device.page.commands')} sub={t('command.lead')} />
      <DeviceTabs />
      <div className="filters">
        <Segmented
          value={scope}
          onChange={(value) => set('scope', value === 'all' ? undefined : value)}
          options={SCOPES.map((value) => ({ value, label: t(`command.scope.${value}`) }))}
        />
        <Select
          allowClear
          value={state}
          placeholder={t('command.anyState')}
          aria-label={t('command.anyState')}
          onChange={(value: string | undefined) => set('state', value)}
          options={STATES.map((value) => ({ value, label: t(`command.state.${value}`) }))}
        />
        <Input.Search
          allowClear
          defaultValue={mn}
          key={mn}
          maxLength={32}
          placeholder={t('command.ofDevice')}
          aria-label={t('command.ofDevice')}
          onSearch={(value) => set('mn', value.trim() || undefined)}
          style={{ width: 280 }}
        />
      </div>
      <div className="panel">
        <CommandList query={{ mn, state, open: scope === 'all' ? undefined : scope === 'open' }} />
      </div>
    </div>
  );
}
