import { Input, Segmented, Select, type TableColumnsType } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import type { Query } from '../../api/client';
import { KeyedList } from '../../design/KeyedList';
import { Answer, Fact, Facts, PageHead, Panel, Say } from '../../design/parts';
import { useFilters } from '../../design/use-filters';
import { useTyped } from '../../design/use-typed';
import { useSelf } from '../../me';
import { mayClaim } from '../../view/access';
import { periodOf } from '../../view/device';
import { Blocks } from './Blocks';
import { Claim } from './Claim';
import { EnterpriseSelect } from './EnterpriseSelect';
import { Causes, Clock, DeviceChips, LinkState, PeriodSelect, Where } from './marks';
import {
  type DeviceState,
  devicePath,
  useDeviceStates,
  useDeviceSummary,
  useEnterprisesOf,
  useFreshCounts,
} from './queries';
import { Refusals } from './Refusals';
import { DeviceTabs } from './Tabs';

const LINKS = ['online', 'offline'] as const;
const STATUSES = ['active', 'unclaimed', 'retired'] as const;
const VIEWS = ['all', 'unclaimed', 'refusals', 'blocks'] as const;

/** The counts of everything the caller sees. */
function Summary({ period }: { period: Query }) {
  const { t } = useTranslation();
  const summary = useDeviceSummary(period);
  return (
    <Panel testId="device-summary">
      <Answer of={summary}>
        {(counts) => (
          <Facts narrow>
            <Fact label={t('deviceStatus.active')}>{counts.active}</Fact>
            <Fact label={t('device.online')}>{counts.online}</Fact>
            <Fact label={t('deviceStatus.unclaimed')}>{counts.unclaimed}</Fact>
            <Fact label={t('device.accepted')}>{counts.accepted}</Fact>
            <Fact label={t('device.refused')} wide>
              <Causes refused={counts.refused} most={4} />
            </Fact>
            {counts.nobodys.length > 0 && (
              <Fact label={t('device.nobodys')} wide>
                <Causes refused={counts.nobodys} most={4} />
              </Fact>
            )}
          </Facts>
        )}
      </Answer>
    </Panel>
  );
}

function Devices({ query, unclaimed }: { query: Query; unclaimed: boolean }) {
  const { t } = useTranslation();
  const me = useSelf();
  const devices = useDeviceStates(query);
  const enterprises = useEnterprisesOf((devices.data ?? []).map(({ enterpriseId }) => enterpriseId));
  const where = (d: DeviceState) => <Where mn={d.mn} enterprise={enterprises.get(d.enterpriseId ?? '')} />;
  const claim = (d: DeviceState) => d.status === 'unclaimed' && mayClaim(me) && <Claim mn={d.mn} size="small" />;
  const columns: TableColumnsType<DeviceState> = [
    {
      title: t('device.mn'),
      render: (_, d) => (
        <>
          <Link className="mono" to={devicePath(d.mn)}>
            {d.mn}
          </Link>
          <div className="row-note">{d.edition && t(`device.editionOf.${d.edition}`)}</div>
        </>
      ),
    },
    { title: t('device.link'), render: (_, d) => <LinkState device={d} /> },
    { title: t('device.where'), render: (_, d) => where(d) },
    { title: t('device.accepted'), align: 'right', render: (_, d) => d.accepted },
    { title: t('device.refused'), render: (_, d) => <Causes refused={d.refused} /> },
    { title: t('device.clock'), align: 'right', render: (_, d) => <Clock clock={d.clock} /> },
    { title: t('device.status'), render: (_, d) => <DeviceChips device={d} /> },
    { title: '', align: 'right', render: (_, d) => claim(d) },
  ];
  return (
    <KeyedList
      of={devices}
      keyOf={(d) => d.mn}
      columns={unclaimed ? columns : columns.slice(0, -1)}
      to={unclaimed ? undefined : (d) => devicePath(d.mn)}
      row={(d) => (
        <>
          <div className="row-top">
            <DeviceChips device={d} />
            <span style={{ textAlign: 'right' }}>
              <LinkState device={d} />
            </span>
          </div>
          <div className="row-title mono">{unclaimed ? <Link to={devicePath(d.mn)}>{d.mn}</Link> : d.mn}</div>
          <div className="row-note">{enterprises.get(d.enterpriseId ?? '')?.name}</div>
          <div className="row-note cluster">
            {t('device.accepted')} {d.accepted} · {t('device.refused')} <Causes refused={d.refused} />
            {d.clock && <Clock clock={d.clock} />}
          </div>
          {unclaimed && <div style={{ marginTop: 8 }}>{claim(d)}</div>}
        </>
      )}
      empty={{ title: t(unclaimed ? 'device.noneUnclaimed' : 'device.none'), text: t('device.noneText') }}
      testId="devices"
    />
  );
}

export default function DevicesPage() {
  const { t } = useTranslation();
  const [search, set] = useFilters();
  useFreshCounts();
  const view = VIEWS.find((v) => v === search.get('view')) ?? 'all';
  const days = Number(search.get('days') ?? 7);
  const period = periodOf(days, Date.now());
  const link = LINKS.find((one) => one === search.get('link'));
  const status = STATUSES.find((one) => one === search.get('status'));
  const enterpriseId = search.get('enterprise') ?? undefined;
  const q = search.get('q') ?? '';
  const [typed, setTyped] = useTyped(q, (text) => set('q', text));
  const query = {
    ...period,
    q: q || undefined,
    status: view === 'unclaimed' ? 'unclaimed' : status,
    online: link && link === 'online',
    enterpriseId,
  };
  return (
    <div className="page">
      <PageHead title={t('nav.devices')} sub={t('device.lead')} />
      <DeviceTabs />
      <Summary period={period} />
      <div className="filters" style={{ marginTop: 16 }}>
        <Segmented
          value={view}
          onChange={(value) => set('view', value === 'all' ? undefined : value)}
          options={VIEWS.map((value) => ({ value, label: t(`device.view.${value}`) }))}
          data-testid="devices-view"
        />
      </div>
      <div className="filters">
        {view === 'all' && (
          <>
            <Input.Search
              allowClear
              value={typed}
              maxLength={32}
              onChange={(event) => setTyped(event.target.value)}
              placeholder={t('device.search')}
              aria-label={t('device.search')}
              style={{ width: 240 }}
              data-testid="device-search"
            />
            <Select
              allowClear
              value={link}
              onChange={(value: string | undefined) => set('link', value)}
              placeholder={t('device.anyLink')}
              aria-label={t('device.anyLink')}
              options={LINKS.map((value) => ({ value, label: t(`device.linkState.${value}`) }))}
              data-testid="device-link"
            />
            <Select
              allowClear
              value={status}
              onChange={(value: string | undefined) => set('status', value)}
              placeholder={t('device.anyStatus')}
              aria-label={t('device.anyStatus')}
              options={STATUSES.map((value) => ({ value, label: t(`deviceStatus.${value}`) }))}
            />
            <EnterpriseSelect value={enterpriseId} onChange={(value) => set('enterprise', value)} />
          </>
        )}
        <PeriodSelect days={days} onChange={(value) => set('days', String(value))} />
      </div>
      {view === 'unclaimed' && (
        <div style={{ marginBottom: 12 }}>
          <Say>{t('device.unclaimedText')}</Say>
        </div>
      )}
      <div className="panel">
        {view === 'refusals' && <Refusals />}
        {view === 'blocks' && <Blocks />}
        {(view === 'all' || view === 'unclaimed') && (
          <Devices key={view} query={query} unclaimed={view === 'unclaimed'} />
        )}
      </div>
    </div>
  );
}
