import { useTranslation } from 'react-i18next';
import { figure, rounded } from '../../view/data-rows';
import { factorName } from '../../view/factors';
import { formatTime } from '../../view/time';
import type { LineStatistics } from './data-queries';

/** Each factor's values of the period in numbers. */
export function Statistics({ all, unitOf }: { all: readonly LineStatistics[]; unitOf: (factor: string) => string }) {
  const { t, i18n } = useTranslation();
  const extreme = (of: LineStatistics['min']) =>
    of ? (
      <>
        {figure(of.value)}
        <div className="row-note">{formatTime(of.at, 'short')}</div>
      </>
    ) : (
      '–'
    );
  return (
    <div className="scroll-x">
      <table className="plain" data-testid="statistics">
        <thead>
          <tr>
            <th>{t('reading.factor')}</th>
            {(['count', 'min', 'max', 'mean', 'median', 'p95', 'deviation'] as const).map((name) => (
              <th key={name} className="num">
                {t(`data.statistic.${name}`)}
              </th>
            ))}
            <th>{t('reading.flag')}</th>
          </tr>
        </thead>
        <tbody>
          {all.map((one) => (
            <tr key={`${one.outletId} ${one.mn} ${one.factor}`}>
              <td style={{ whiteSpace: 'nowrap' }}>
                {factorName(one.factor, i18n.language)} <small className="muted">{unitOf(one.factor)}</small>
              </td>
              <td className="num">{one.count}</td>
              <td className="num">{extreme(one.min)}</td>
              <td className="num">{extreme(one.max)}</td>
              <td className="num">{rounded(one.mean)}</td>
              <td className="num">{rounded(one.median)}</td>
              <td className="num">{rounded(one.p95)}</td>
              <td className="num">{rounded(one.deviation)}</td>
              <td style={{ whiteSpace: 'nowrap' }}>
                {Object.entries(one.flags)
                  .sort(([, a], [, b]) => b - a)
                  .map(([flag, count]) => `${t(`flag.${flag || 'U'}`, { defaultValue: flag })} ${count}`)
                  .join(' · ')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
