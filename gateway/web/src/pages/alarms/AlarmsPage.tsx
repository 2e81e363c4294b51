import { Segmented, Select, type TableColumnsType } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router-dom';
import { useAlarms } from '../../api/hooks';
import type { Alarm } from '../../api/types';
import { KeyedList } from '../../design/KeyedList';
import { AlarmBits, LevelChip, useSpan } from '../../design/marks';
import { PageHead } from '../../design/parts';
import { useFilters } from '../../design/use-filters';
import { formatTime, MINUTE } from '../../view/time';
import { AcknowledgeButton } from './AcknowledgeButton';
import { AlarmRow } from './AlarmRow';
import { AlarmPlace, useAlarmTitle } from './alarm-names';

const CODES = ['EXC_H', 'EXC_D', 'WARN_H', 'WARN_D', 'OFFLINE', 'CONST', 'TREAT_OFF'] as const;

export default function AlarmsPage() {
  const { t } = useTranslation();
  const title = useAlarmTitle();
  const span = useSpan();
  const [search, set] = useFilters();
  const show = search.get('show') ?? 'active';
  const code = search.get('code') ?? undefined;
  const acknowledged = search.get('acknowledged') ?? undefined;
  const alarms = useAlarms({
    active: show === 'all' ? undefined : show === 'active',
    code,
    acknowledged: acknowledged === undefined ? undefined : acknowledged === 'yes',
  });

  const columns: TableColumnsType<Alarm> = [
    { title: t('alarm.level'), render: (_, a) => <LevelChip level={a.level} />, width: 96 },
    {
      title: t('alarm.what'),
      render: (_, a) => (
        <Link to={`/alarms/${a.id}`} style={{ fontWeight: 500 }}>
          {title(a)}
        </Link>
      ),
    },
    { title: t('alarm.place'), render: (_, a) => <AlarmPlace alarm={a} /> },
    { title: t('alarm.state'), render: (_, a) => <AlarmBits alarm={a} /> },
    { title: t('alarm.startedAt'), render: (_, a) => formatTime(a.startedAt) },
    { title: t('alarm.duration'), render: (_, a) => span(a.durationMin * MINUTE) },
    { title: '', align: 'right', render: (_, a) => <AcknowledgeButton alarm={a} small /> },
  ];
  return (
    <div className="page">
      <PageHead title={t('nav.alarms')} sub={t('alarm.lead')} />
      <div className="filters">
        <Segmented
          value={show}
          onChange={(value) => set('show', value === 'active' ? undefined : value)}
          options={(['active', 'cleared', 'all'] as const).map((value) => ({ value, label: t(`alarm.show.${value}`) }))}
          data-testid="alarms-show"
        />
        <Select
          allowClear
          value={code}
          placeholder={t('alarm.anyCode')}
          aria-label={t('alarm.anyCode')}
          popupMatchSelectWidth={false}
          onChange={(value) => set('code', value)}
          options={CODES.map((value) => ({ value, label: t(`alarmCode.${value}`) }))}
          data-testid="alarms-code"
        />
        <Select
          allowClear
          value={acknowledged}
          placeholder={t('alarm.anyAcknowledged')}
          aria-label={t('alarm.anyAcknowledged')}
          onChange={(value) => set('acknowledged', value)}
          options={[
            { value: 'no', label: t('alarm.notAcknowledged') },
            { value: 'yes', label: t('alarm.acknowledged') },
          ]}
        />
      </div>
      <div className="panel">
        <KeyedList
          of={alarms}
          keyOf={(alarm) => alarm.id}
          columns={columns}
          row={(alarm) => <AlarmRow alarm={alarm} />}
          to={(alarm) => `/alarms/${alarm.id}`}
          empty={{ title: t(show === 'active' ? 'alarm.noneActive' : 'alarm.none'), text: t('alarm.noneText') }}
          testId="alarms"
        />
      </div>
    </div>
  );
}
