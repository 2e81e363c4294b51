import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router-dom';
import type { Device } from '../../api/types';
import { Answer, Blank, Fact, Facts, PageHead, Panel } from '../../design/parts';
import { useFilters } from '../../design/use-filters';
import { useNow } from '../../design/use-now';
import { useSelf } from '../../me';
import { mayClaim, ofAuthority, supervises } from '../../view/access';
import { periodOf } from '../../view/device';
import { formatTime, HOUR } from '../../view/time';
import { CommandPanel } from '../commands/CommandPanel';
import { useOperators } from '../credit/queries';
import { useOutletNames } from '../outlet/outlet-name';
import { useProfiles } from '../reference/queries';
import { Blocks } from './Blocks';
import { Claim } from './Claim';
import { DeviceMessages } from './DeviceMessages';
import { HourStrip } from './HourStrip';
import { Causes, Clock, DeviceChips, LinkState, PeriodSelect } from './marks';
import { type DeviceHours, useDevice, useDeviceHours, useEnterprisesOf, useFreshCounts } from './queries';
import { RawFrames } from './RawFrames';
import { Refusals } from './Refusals';
import { Rotate, SetKey } from './Secrets';

function Bindings({ device }: { device: Device }) {
  const { t } = useTranslation();
  const outlet = useOutletNames(device.bindings.map(({ outletId }) => outletId));
  const enterprises = useEnterprisesOf(device.bindings.map(({ enterpriseId }) => enterpriseId));
  if (device.station) {
    return (
      <p style={{ padding: '4px 14px 10px' }}>
        {device.station.name}{' '}
        <span className="muted">
          {device.station.lon}, {device.station.lat}
        </span>
      </p>
    );
  }
  if (device.bindings.length === 0) return <Blank title={t('device.unbound')} />;
  return (
    <div className="scroll-x">
      <table className="plain" data-testid="bindings">
        <thead>
          <tr>
            <th>{t('alarm.outlet')}</th>
            <th>{t('enterprise.name')}</th>
            <th>{t('device.from')}</th>
            <th>{t('device.to')}</th>
          </tr>
        </thead>
        <tbody>
          {device.bindings.map(({ outletId, enterpriseId, from, to }) => (
            <tr key={`${outletId} ${from}`}>
              <td>
                <Link to={`/outlets/${outletId}`}>{outlet(outletId)}</Link>
              </td>
              <td>
                <Link to={`/enterprises/${enterpriseId}`}>{enterprises.get(enterpriseId)?.name ?? enterpriseId}</Link>
              </td>
              <td>{from ? formatTime(from) : t('device.always')}</td>
              <td>{to ? formatTime(to) : t('device.stillBound')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What the registry knows of a device. */
function Identity({ device }: { device: Device }) {
  const { t } = useTranslation();
  const profiles = useProfiles();
  const operators = useOperators({});
  const profile = profiles.data?.find(({ id }) => id === device.profileId);
  const operator = operators.data?.find(({ id }) => id === device.operatorId);
  const enterprise = useEnterprisesOf(operators.data && !operator ? [device.operatorId] : []);
  return (
    <Facts>
      <Fact label={t('device.edition')}>{t(`device.editionOf.${device.edition}`)}</Fact>
      <Fact label={t('device.profile')}>
        {device.profileId ? (
          <>
            <Link to={`/profiles?profile=${device.profileId}`}>{profile?.name ?? device.profileId}</Link>
            {profile?.dialect && <div className="row-note">{t('device.hasDialect')}</div>}
          </>
        ) : undefined}
      </Fact>
      <Fact label={t('device.operator')}>
        {device.operatorId && (operator?.name ?? enterprise.get(device.operatorId)?.name ?? device.operatorId)}
      </Fact>
      <Fact label={t('device.rateLimit')}>
        {device.packetsPerMinute
          ? t('device.packetsPerMinute', { count: device.packetsPerMinute })
          : t('device.platformLimit')}
      </Fact>
      <Fact label={t('device.addresses')}>
        {device.addresses.length > 0 ? (
          <span className="mono">{device.addresses.join(', ')}</span>
        ) : (
          t('device.anyAddress')
        )}
      </Fact>
      <Fact label={t('device.missingFlag')}>
        {t(device.missingFlagValid ? 'device.missingFlagValid' : 'device.missingFlagInvalid')}
      </Fact>
      {device.firstSeen && <Fact label={t('device.firstSeenAt')}>{formatTime(device.firstSeen)}</Fact>}
      {device.oldPasswordUntil && (
        <Fact label={t('device.oldPasswordUntil')}>{formatTime(device.oldPasswordUntil)}</Fact>
      )}
    </Facts>
  );
}

/** What ingestion sees of it in the days that are counted. */
function Traffic({ state, from, to }: { state: DeviceHours; from: number; to: number }) {
  const { t } = useTranslation();
  return (
    <div className="stack">
      <Facts narrow>
        <Fact label={t('device.link')}>
          <LinkState device={state} />
        </Fact>
        <Fact label={t('device.since')}>{state.since && formatTime(state.since, 'second')}</Fact>
        <Fact label={t('refusal.address')}>{state.address && <span className="mono">{state.address}</span>}</Fact>
        <Fact label={t('device.clock')}>
          <Clock clock={state.clock} />
          {state.clock && (
            <div className="row-note">
              {t('device.clockText', {
                spread: state.clock.spreadSeconds,
                samples: state.clock.samples,
                at: formatTime(state.clock.at, 'short'),
              })}
            </div>
          )}
        </Fact>
        <Fact label={t('device.accepted')}>{state.accepted}</Fact>
        <Fact label={t('device.refused')} wide>
          <Causes refused={state.refused} most={13} />
        </Fact>
        {state.oldPasswordAt && <Fact label={t('device.oldPasswordUsed')}>{formatTime(state.oldPasswordAt)}</Fact>}
      </Facts>
      <HourStrip hours={state.hours} from={from} to={to} />
    </div>
  );
}

function Detail({ device }: { device: Device }) {
  const { t } = useTranslation();
  const me = useSelf();
  const [search, set] = useFilters();
  useFreshCounts();
  const now = useNow();
  const days = Number(search.get('days') ?? 1);
  const period = periodOf(days, now);
  const state = useDeviceHours(device.mn, period);
  const from = Date.parse(`${period.from}T00:00:00+08:00`);
  const to = Math.ceil(now / HOUR) * HOUR;
  return (
    <>
      <PageHead
        crumbs={[['/devices', t('nav.devices')]]}
        title={<span className="mono">{device.mn}</span>}
        sub={<DeviceChips device={state.data ?? device} />}
        actions={
          <>
            {device.status === 'unclaimed' && mayClaim(me) && <Claim mn={device.mn} />}
            {device.status === 'active' && supervises(me) && (
              <>
                <Rotate mn={device.mn} />
                {device.edition === '2025' && <SetKey mn={device.mn} />}
              </>
            )}
          </>
        }
      />
      <Panel
        title={t('device.traffic')}
        extra={<PeriodSelect days={days} onChange={(value) => set('days', String(value))} />}
        testId="device-traffic"
      >
        <Answer of={state}>{(data) => <Traffic state={data} from={from} to={to} />}</Answer>
      </Panel>
      {device.status === 'active' && <CommandPanel device={device} />}
      <Panel title={t('device.identity')}>
        <Identity device={device} />
      </Panel>
      <Panel title={t('device.bindings')} flush>
        <Bindings device={device} />
      </Panel>
      <Panel title={t('deviceMessage.title')} flush>
        <DeviceMessages mn={device.mn} />
      </Panel>
      {ofAuthority(me) && (
        <Panel title={t('rawFrames.title')}>
          <RawFrames mn={device.mn} />
        </Panel>
      )}
      <Panel title={t('device.view.refusals')} flush>
        <Refusals mn={device.mn} />
      </Panel>
      <Panel title={t('device.view.blocks')} flush>
        <Blocks mn={device.mn} />
      </Panel>
    </>
  );
}

export default function DevicePage() {
  const { mn = '' } = useParams();
  const device = useDevice(mn);
  return (
    <div className="page" data-testid="device" data-mn={device.data?.mn}>
      <Answer of={device}>{(data) => <Detail device={data} />}</Answer>
    </div>
  );
}
