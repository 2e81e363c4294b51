import { Input, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Answer, Fact, Facts, Panel } from '../../design/parts';
import { formatTime, isoTime, toInput } from '../../view/time';
import { ColourChip, newest, PAINT, signed, useEventName, useName } from './marks';
import { type PartyKind, type ScoreExplained, useExplanation, useSchemes, useTrend } from './queries';

/** Every line of a score: base, what took or gave how much and why, until when; they add up. */
export function Lines({ of }: { of: Pick<ScoreExplained, 'base' | 'lines' | 'score' | 'colour' | 'veto'> }) {
  const { t } = useTranslation();
  const name = useName();
  const eventName = useEventName();
  return (
    <table className="plain" style={{ width: '100%', borderCollapse: 'collapse' }} data-testid="score-lines">
      <tbody>
        <tr>
          <td>{t('credit.base')}</td>
          <td style={{ textAlign: 'right' }}>{of.base}</td>
        </tr>
        {of.lines.map((line, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: one entry may stand in several lines, and lines never move
          <tr key={i} data-kind={line.kind}>
            <td>
              <div className="row-title">{name(line.name)}</div>
              <div className="row-note">
                {[
                  line.event && eventName(line),
                  line.indicator && t('credit.indicatorChange', { before: line.before, after: line.after }),
                  line.caseNo,
                  line.occurredAt && formatTime(line.occurredAt, 'day'),
                  line.until && t('credit.until', { at: formatTime(line.until, 'day') }),
                  line.capped && t('credit.capped'),
                  line.status === 'appealed' && t('credit.entryStatus.appealed'),
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </div>
            </td>
            <td style={{ textAlign: 'right', verticalAlign: 'top', paddingTop: 6 }}>
              {line.kind === 'veto' || line.kind === 'lower' ? t(`credit.line.${line.kind}`) : signed(line.points)}
            </td>
          </tr>
        ))}
        <tr style={{ borderTop: '1px solid var(--line, #dde4e1)', fontWeight: 600 }}>
          <td style={{ paddingTop: 6 }}>{t('credit.score')}</td>
          <td style={{ textAlign: 'right', paddingTop: 6 }} data-testid="score-sum">
            <ColourChip colour={of.colour} score={of.score} />
          </td>
        </tr>
      </tbody>
    </table>
  );
}

/** The score month by month: a step holds until the next. */
function Trend({ kind, id, scheme }: { kind: PartyKind; id: string; scheme: string }) {
  const { t } = useTranslation();
  const trend = useTrend(kind, id, scheme);
  const points = trend.data ?? [];
  if (points.length < 2) return null;
  const top = Math.max(...points.map(({ score }) => score), 12);
  const low = Math.min(0, ...points.map(({ score }) => score));
  const x = (i: number) => (i / (points.length - 1)) * 300;
  const y = (score: number) => 68 - ((score - low) / (top - low)) * 60;
  return (
    <figure style={{ margin: 0 }}>
      <svg
        viewBox="0 0 300 76"
        width="100%"
        height="90"
        preserveAspectRatio="none"
        role="img"
        aria-label={t('credit.trend')}
      >
        {points.slice(1).map((point, i) => (
          <line
            key={point.at}
            x1={x(i)}
            y1={y(points[i]?.score ?? 0)}
            x2={x(i + 1)}
            y2={y(point.score)}
            stroke={PAINT[point.colour]}
            strokeWidth="2"
            vectorEffect="non-scaling-stroke"
          >
            <title>{`${formatTime(point.at, 'day')} ${point.score}`}</title>
          </line>
        ))}
      </svg>
      <figcaption className="row-note">
        {t('credit.trendOf', { from: formatTime(points[0]?.at, 'day'), score: points.at(-1)?.score ?? '' })}
      </figcaption>
    </figure>
  );
}

/** A party's score by a scheme at any date, past or to come. */
export function Explained({ kind, id }: { kind: PartyKind; id: string }) {
  const { t } = useTranslation();
  const name = useName();
  const schemes = newest(useSchemes().data).filter(({ parties }) => parties.includes(kind));
  const [chosen, setChosen] = useState<string>();
  const [day, setDay] = useState('');
  const scheme = chosen ?? schemes.find(({ kind: of }) => of === 'points')?.id ?? schemes[0]?.id ?? 'points-12';
  const at = day ? `${day}T23:59:59+08:00` : undefined;
  const explained = useExplanation(kind, id, { scheme, at });
  const yearly = schemes.find((one) => one.id === scheme)?.basis === 'previous-year';
  const today = toInput(Date.now()).slice(0, 10);
  return (
    <Panel title={t('credit.explained')}>
      <div className="filters">
        <Segmented
          value={scheme}
          onChange={setChosen}
          options={schemes.map((one) => ({ value: one.id, label: name(one.name) }))}
          data-testid="credit-scheme"
        />
        <Input
          type="date"
          value={day || today}
          onChange={(event) => setDay(event.target.value)}
          aria-label={t('credit.atDay')}
          style={{ width: 160 }}
          data-testid="credit-day"
        />
        {yearly && (
          <button type="button" className="link" onClick={() => setDay(`${Number(today.slice(0, 4)) + 1}-01-01`)}>
            {t('credit.runningYear')}
          </button>
        )}
      </div>
      <Answer of={explained}>
        {(data) => (
          <div className="stack">
            {data.from && data.to && (
              <p className="row-note">
                {t('credit.window', {
                  from: formatTime(data.from, 'day'),
                  to: formatTime(isoTime(Date.parse(data.to) - 1), 'day'),
                })}
              </p>
            )}
            <Lines of={data} />
            <Trend kind={kind} id={id} scheme={scheme} />
            {data.indicators.length > 0 && (
              <details>
                <summary>{t('credit.indicators')}</summary>
                <Facts narrow>
                  {data.indicators.map((one) => (
                    <Fact key={one.id} label={`${one.number} ${name(one.name)} (${one.weight}%)`}>
                      {one.score}
                    </Fact>
                  ))}
                </Facts>
              </details>
            )}
          </div>
        )}
      </Answer>
    </Panel>
  );
}
