import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import type { Device, EnterpriseDetail } from '../../api/types';
import { StateGlyph } from '../../design/StateGlyph';
import { stateColour } from '../../design/theme';
import { clockText, clockTone, linkStateOf, mainCauses, PERIODS, refusedTotal } from '../../view/device';
import { formatTime } from '../../view/time';
import type { DeviceState, RefusalCount } from './queries';

const GLYPH = { online: 'normal', offline: 'offline', never: 'stopped' } as const;

/** Whether a device is connected, and when it was heard last. */
export function LinkState({ device }: { device: Pick<DeviceState, 'online' | 'lastSeen'> }) {
  const { t } = useTranslation();
  const state = linkStateOf(device);
  return (
    <>
      <span className="mark" style={{ color: stateColour[GLYPH[state]] }} data-link={state}>
        <StateGlyph state={GLYPH[state]} />
        {t(`device.linkState.${state}`)}
      </span>
      {device.lastSeen && (
        <div className="row-note">{t('device.lastSeen', { at: formatTime(device.lastSeen, 'short') })}</div>
      )}
    </>
  );
}

/** What is out of the ordinary with a device: not in use, blocked, still with an old password. */
export function DeviceChips({ device }: { device: Pick<DeviceState, 'status' | 'blockedUntil' | 'oldPasswordAt'> }) {
  const { t } = useTranslation();
  return (
    <span className="cluster" style={{ gap: 5 }}>
      <span className={`chip ${device.status === 'unclaimed' ? 'mid' : ''}`}>{t(`deviceStatus.${device.status}`)}</span>
      {device.blockedUntil && <span className="chip urgent">{t('device.blocked')}</span>}
      {device.oldPasswordAt && <span className="chip mid">{t('device.oldPassword')}</span>}
    </span>
  );
}

/** How many packets were refused, and the main causes with their counts. */
export function Causes({ refused, most }: { refused: readonly RefusalCount[]; most?: number }) {
  const { t } = useTranslation();
  const { shown, more } = mainCauses(refused, most);
  return (
    <span className="cluster" style={{ gap: 5 }} data-testid="causes">
      <span className={shown.length === 0 ? 'muted' : undefined}>{refusedTotal(refused)}</span>
      {shown.map(({ reason, count }) => (
        <span key={reason} className="chip urgent">
          {t(`refusalReason.${reason}`)} {count}
        </span>
      ))}
      {more > 0 && <span className="muted">+{more}</span>}
    </span>
  );
}

/** How far the clock of a device is off. */
export function Clock({ clock }: { clock: DeviceState['clock'] }) {
  const { t } = useTranslation();
  if (!clock) return <span className="muted">–</span>;
  const tone = clockTone(clock.aheadSeconds);
  const text = clockText(clock.aheadSeconds);
  return (
    <span
      className={tone ? `chip ${tone}` : undefined}
      title={t('device.clockText', { spread: clock.spreadSeconds, samples: clock.samples, at: formatTime(clock.at) })}
    >
      {text}
    </span>
  );
}

/** The outlet a device stands for now, of its enterprise's record. */
export function Where({ mn, enterprise }: { mn: string; enterprise: EnterpriseDetail | undefined }) {
  if (!enterprise) return <span className="muted">–</span>;
  const device = enterprise.devices.find((one) => one.mn === mn);
  const binding = device && currentBinding(device);
  const outlet = enterprise.outlets.find(({ id }) => id === binding?.outletId);
  return (
    <Link to={outlet ? `/outlets/${outlet.id}` : `/enterprises/${enterprise.id}`}>
      {enterprise.name}
      {outlet && (
        <span className="row-note" style={{ display: 'block' }}>
          {outlet.code} {outlet.name}
        </span>
      )}
    </Link>
  );
}

/** The binding that is open, else the last one. */
export const currentBinding = ({ bindings }: Pick<Device, 'bindings'>) =>
  bindings.findLast(({ to }) => !to) ?? bindings.at(-1);

/** The days that are counted. */
export function PeriodSelect({ days, onChange }: { days: number; onChange: (days: number) => void }) {
  const { t } = useTranslation();
  return (
    <Select
      value={days}
      onChange={onChange}
      aria-label={t('device.period')}
      options={PERIODS.map((value) => ({ value, label: t('device.lastDays', { count: value }) }))}
      data-testid="period"
    />
  );
}
