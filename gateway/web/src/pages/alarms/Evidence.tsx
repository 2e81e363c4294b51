import { useTranslation } from 'react-i18next';
import type { Alarm } from '../../api/types';
import { unitText } from '../../view/factors';
import { formatTime } from '../../view/time';

/** The readings that the alarm rests on, each beside the limit that it was held against. */
export function Evidence({ alarm, max }: { alarm: Alarm; max?: number }) {
  const { t } = useTranslation();
  const rows = [...alarm.evidence].sort((a, b) => Date.parse(b.dataTime) - Date.parse(a.dataTime)).slice(0, max);
  if (rows.length === 0) return <p className="muted">{t('alarm.noEvidence')}</p>;
  return (
    <div className="scroll-x">
      <table className="plain" data-testid="evidence">
        <thead>
          <tr>
            <th>{t('evidence.dataTime')}</th>
            <th className="num">{t('evidence.value')}</th>
            <th className="num">{t('evidence.limit')}</th>
            <th>{t('evidence.basis')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.dataTime} ${row.field}`}>
              <td style={{ whiteSpace: 'nowrap' }}>{formatTime(row.dataTime, 'short')}</td>
              <td className={`num${row.limit !== undefined && Number(row.value) > row.limit ? ' exceeds' : ''}`}>
                {row.value} <small className="muted">{unitText(row.unit)}</small>
                <div className="row-note">{t(`field.${row.field}`, { defaultValue: row.field })}</div>
              </td>
              <td className="num">{row.limit ?? '–'}</td>
              <td className="muted" style={{ minWidth: 110 }}>
                {row.basis ?? '–'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
