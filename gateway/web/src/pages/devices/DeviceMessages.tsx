import { Select, type TableColumnsType } from 'antd';
import { useTranslation } from 'react-i18next';
import { useList } from '../../api/hooks';
import type { DeviceMessage } from '../../api/types';
import { KeyedList } from '../../design/KeyedList';
import { useFilters } from '../../design/use-filters';
import { factorName } from '../../view/factors';
import { formatTime } from '../../view/time';

/** Those an officer looks for; the list shows the others too. */
const TYPES = ['standard-check', 'log', 'information', 'identity', 'sample-kept', 'restarted', 'setting', 'unreadable'];

/** What a device said beside readings: standard checks, log text, states, serials, samples kept. The newest first. */
export function DeviceMessages({ mn }: { mn: string }) {
  const { t } = useTranslation();
  const [search, set] = useFilters();
  const type = search.get('message') ?? undefined;
  const messages = useList<DeviceMessage>('readings', '/readings/messages', {
    mn,
    limit: 10,
    ...(type ? { type } : {}),
  });
  const columns: TableColumnsType<DeviceMessage> = [
    { title: t('deviceMessage.time'), render: (_, m) => formatTime(m.time, 'second'), width: 170 },
    { title: t('deviceMessage.type'), render: (_, m) => <Type of={m} />, width: 170 },
    { title: t('deviceMessage.said'), render: (_, m) => <Said of={m} /> },
  ];
  return (
    <>
      <div style={{ padding: '12px 14px 8px' }}>
        <Select
          allowClear
          value={type}
          onChange={(value: string | undefined) => set('message', value)}
          placeholder={t('deviceMessage.anyType')}
          aria-label={t('deviceMessage.anyType')}
          style={{ minWidth: 200 }}
          options={TYPES.map((value) => ({ value, label: t(`deviceMessage.typeOf.${value}`) }))}
          data-testid="message-type"
        />
      </div>
      <KeyedList
        of={messages}
        keyOf={(m) => m.id}
        columns={columns}
        row={(m) => (
          <>
            <div className="row-top">
              <Type of={m} />
              <span className="muted" style={{ fontSize: 12.5 }}>
                {formatTime(m.time, 'second')}
              </span>
            </div>
            <Said of={m} />
          </>
        )}
        empty={{ title: t('deviceMessage.none'), text: t('deviceMessage.noneText') }}
        testId="device-messages"
      />
    </>
  );
}

function Type({ of: { type, polId } }: { of: DeviceMessage }) {
  const { t, i18n } = useTranslation();
  return (
    <>
      <span className={type === 'unreadable' ? 'chip urgent' : 'chip'}>{t(`deviceMessage.typeOf.${type}`)}</span>
      {polId && <div className="row-note">{factorName(polId, i18n.language)}</div>}
    </>
  );
}

function Said({ of: message }: { of: DeviceMessage }) {
  const { t, i18n } = useTranslation();
  const nameOf = (factor: string) => factorName(factor, i18n.language);
  const { checks = [], values = [], serials = [], alarms = [], text, bottle, restartedAt } = message;
  return (
    <div style={{ whiteSpace: 'normal' }}>
      {text}
      {bottle && t('deviceMessage.bottle', { bottle })}
      {restartedAt && t('deviceMessage.restartedAt', { time: formatTime(restartedAt, 'second') })}
      {checks.map(({ factor, measured = '–', standard = '–', passed }) => (
        <div key={factor}>
          {t('deviceMessage.check', { factor: nameOf(factor), measured, standard })}{' '}
          {passed !== undefined && (
            <span className={passed ? 'chip' : 'chip urgent'}>
              {t(passed ? 'deviceMessage.passed' : 'deviceMessage.failed')}
            </span>
          )}
        </div>
      ))}
      {values.map(({ id, value }) => (
        <div key={id}>
          {t(`deviceMessage.value.${id}`, { defaultValue: id })} <span className="mono">{value}</span>
        </div>
      ))}
      {serials.map(({ factor, serial }) => (
        <div key={factor}>
          {nameOf(factor)} <span className="mono">{serial}</span>
        </div>
      ))}
      {alarms.map(({ factor, value }) => (
        <div key={factor}>
          {nameOf(factor)} {value}
        </div>
      ))}
    </div>
  );
}
