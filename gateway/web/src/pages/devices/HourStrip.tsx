import { useTranslation } from 'react-i18next';
import { everyHour } from '../../view/device';
import { formatTime, HOUR } from '../../view/time';
import type { DeviceHours } from './queries';

const HEIGHT = 72;

/** Packets by the hour, the refused ones on top: where nothing came there is a gap. */
export function HourStrip({ hours, from, to }: { hours: DeviceHours['hours']; from: number; to: number }) {
  const { t } = useTranslation();
  const all = everyHour(hours, from, to);
  const most = Math.max(1, ...all.map(({ accepted, refused }) => accepted + refused));
  const height = (count: number) => (count === 0 ? 0 : Math.max(1.5, (count / most) * HEIGHT));
  return (
    <figure style={{ margin: 0 }}>
      <svg
        viewBox={`0 0 ${all.length} ${HEIGHT}`}
        preserveAspectRatio="none"
        width="100%"
        height={HEIGHT}
        role="img"
        aria-label={t('device.hoursText')}
        style={{ display: 'block', borderBottom: '1px solid var(--line2)' }}
      >
        {all.map(({ at, accepted, refused }, i) => {
          const bad = height(refused);
          const good = height(accepted);
          return (
            <g key={at}>
              <title>{t('device.hourText', { at: formatTime(at), accepted, refused })}</title>
              <rect x={i} y={0} width={1} height={HEIGHT} fill="transparent" />
              <rect x={i + 0.1} y={HEIGHT - good} width={0.8} height={good} fill="var(--brand)" />
              <rect x={i + 0.1} y={HEIGHT - good - bad} width={0.8} height={bad} fill="var(--urgent)" />
            </g>
          );
        })}
      </svg>
      <figcaption className="row-note" style={{ display: 'flex', justifyContent: 'space-between' }}>
        <span>{formatTime(from, 'short')}</span>
        <span>{t('device.mostInAnHour', { count: most })}</span>
        <span>{formatTime(to - HOUR, 'short')}</span>
      </figcaption>
    </figure>
  );
}
