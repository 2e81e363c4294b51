import { Button } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type DataKind, hasMeans } from '../../view/data-period';
import { type Cell, type DataRow, figure, rounded, signed } from '../../view/data-rows';
import { factorName } from '../../view/factors';
import { formatTime } from '../../view/time';
import type { Mark, MeanValue } from './data-queries';
import { FlagChip, useMarkName } from './mark-words';

const AT_ONCE = 60;

/** Marks over a value, each by its name; what is not in force is said to be so. */
function MarkChips({ marks }: { marks: readonly Mark[] }) {
  const { t } = useTranslation();
  const markName = useMarkName();
  return marks.map((mark) => (
    <span key={mark.id} className={`chip flag${mark.effective ? ' mid' : ''}`} data-mark={mark.id}>
      {t('data.mark')} {markName(mark.code)}
    </span>
  ));
}

function Sent({ cell }: { cell: Cell }) {
  const { t } = useTranslation();
  return cell.fields ? (
    <>
      {cell.text ?? <span className="muted">–</span>}
      <FlagChip flag={cell.flag} />
    </>
  ) : (
    <span className="muted">{t('data.notSent')}</span>
  );
}

/** Our mean, with what one has to know of it. */
function Ours({ mean }: { mean: MeanValue | undefined }) {
  const { t } = useTranslation();
  if (!mean) return <span className="muted">–</span>;
  return (
    <>
      <span style={mean.valid ? undefined : { textDecoration: 'line-through', color: 'var(--ink3)' }}>
        {figure(mean.value)}
      </span>
      {mean.converted !== undefined && (
        <div className="row-note">
          {t('data.converted')} {rounded(mean.converted)}
        </div>
      )}
      {!mean.valid && (
        <div>
          <span className="chip flag high">{t(mean.reason ? `data.reason.${mean.reason}` : 'data.invalid')}</span>
        </div>
      )}
      {mean.substituted && (
        <div>
          <span className="chip flag low">{t('data.substituted')}</span>
        </div>
      )}
    </>
  );
}

function Difference({ mean }: { mean: MeanValue | undefined }) {
  const { t } = useTranslation();
  if (mean?.difference === undefined) return null;
  return (
    <div className="row-note" style={mean.differs ? { color: 'var(--urgent)' } : undefined} data-differs={mean.differs}>
      Δ {signed(mean.difference)} {mean.differs && t('data.differs')}
    </div>
  );
}

/** The values of several factors by time; a value opens what is known of it. */
export function DataTable(props: {
  kind: DataKind;
  rows: readonly DataRow[];
  factors: readonly string[];
  unitOf: (factor: string) => string;
  onOpen: (row: DataRow, factor: string) => void;
}) {
  const { t, i18n } = useTranslation();
  const markName = useMarkName();
  const [most, setMost] = useState(AT_ONCE);
  const { kind, rows, factors, unitOf, onOpen } = props;
  const means = hasMeans(kind);
  const both = means && kind !== 'month';
  const detail = kind === 'month' ? 'month' : kind === 'day' ? 'day' : kind === 'realtime' ? 'second' : 'minute';
  const time = (at: number) => (detail === 'month' ? formatTime(at, 'day').slice(0, 7) : formatTime(at, detail));
  return (
    <>
      <div className="scroll-x">
        <table className="plain data-table" data-testid="data-table">
          <thead>
            <tr>
              <th rowSpan={both ? 2 : 1}>{t('reading.dataTime')}</th>
              {factors.map((factor) => (
                <th key={factor} colSpan={both ? 2 : 1} className={both ? 'group' : 'num'}>
                  {factorName(factor, i18n.language)} <small className="muted">{unitOf(factor)}</small>
                </th>
              ))}
              {kind !== 'month' && (
                <th className="num" rowSpan={both ? 2 : 1}>
                  {t('data.revisions')}
                </th>
              )}
            </tr>
            {both && (
              <tr>
                {factors.flatMap((factor) => [
                  <th key={`${factor} ours`} className="num">
                    {t('data.ours')}
                  </th>,
                  <th key={`${factor} device`} className="num">
                    {t('data.devices')}
                  </th>,
                ])}
              </tr>
            )}
          </thead>
          <tbody>
            {rows.slice(0, most).map((row) => (
              <tr key={`${row.at} ${row.mns.join()}`} data-at={row.at}>
                <td style={{ whiteSpace: 'nowrap' }}>
                  {time(row.at)}
                  {row.stopped && <div className="row-note">{t('data.stopped')}</div>}
                  {row.conditions.map((code) => (
                    <div key={code} className="row-note">
                      {markName(code)}
                    </div>
                  ))}
                </td>
                {factors.flatMap((factor) => {
                  const cell = row.cells[factor];
                  if (!cell) {
                    return [
                      <td key={factor} className="num muted" colSpan={both ? 2 : 1}>
                        –
                      </td>,
                    ];
                  }
                  const open = (children: ReactNode) => (
                    <button type="button" className="cell" onClick={() => onOpen(row, factor)} data-factor={factor}>
                      {children}
                    </button>
                  );
                  return [
                    ...(means
                      ? [
                          <td key={`${factor} ours`} className="num">
                            {open(<Ours mean={cell.mean} />)}
                            <MarkChips marks={cell.marks} />
                          </td>,
                        ]
                      : []),
                    ...(kind !== 'month'
                      ? [
                          <td key={`${factor} sent`} className="num">
                            {both ? <Sent cell={cell} /> : open(<Sent cell={cell} />)}
                            {both ? <Difference mean={cell.mean} /> : <MarkChips marks={cell.marks} />}
                          </td>,
                        ]
                      : []),
                  ];
                })}
                {kind !== 'month' && (
                  <td className="num">
                    {row.revisions > 0 ? (
                      <span className="chip mid" data-revisions={row.revisions}>
                        {row.revisions}
                      </span>
                    ) : (
                      <span className="muted">0</span>
                    )}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > most && (
        <div className="more">
          <Button onClick={() => setMost(most + 4 * AT_ONCE)} data-testid="data-more">
            {t('data.moreRows', { shown: most, all: rows.length })}
          </Button>
        </div>
      )}
    </>
  );
}
