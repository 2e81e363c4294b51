import { Drawer } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Answer, Fact, Facts } from '../../design/parts';
import { useSelf } from '../../me';
import { mayMark } from '../../view/access';
import { type DataKind, hasMeans, uploadKind } from '../../view/data-period';
import { type Cell, type DataRow, figure, meanChange, signed, spanOf } from '../../view/data-rows';
import { factorName } from '../../view/factors';
import { formatTime, isoTime } from '../../view/time';
import { type MeanValue, type OutletName, useMeanVersions, useRevisions } from './data-queries';
import { MarkForm } from './MarkForm';
import { Marks } from './MarkList';
import { FlagChip } from './mark-words';

/** What is known of one value, in a drawer: as sent, as we make it, what it was before, what was marked. */
export function ValueDetail(props: {
  outlet: OutletName;
  kind: DataKind;
  unit: string;
  opened: { row: DataRow; factor: string } | undefined;
  close: () => void;
}) {
  const { opened, close } = props;
  const { i18n } = useTranslation();
  // What was shown stays while the drawer closes.
  const [last, setLast] = useState(opened);
  if (opened && opened !== last) setLast(opened);
  return (
    <Drawer
      open={opened !== undefined}
      onClose={close}
      size={560}
      styles={{ body: { padding: '14px 18px' } }}
      title={last && `${factorName(last.factor, i18n.language)} · ${formatTime(last.row.at, 'second')}`}
    >
      {last && <Detail key={`${last.row.at} ${last.factor}`} {...props} {...last} />}
    </Drawer>
  );
}

function Part({ title, children, testId }: { title: string; children: ReactNode; testId?: string }) {
  return (
    <section style={{ marginBottom: 22 }} data-testid={testId}>
      <h3 style={{ fontSize: 14, fontWeight: 700, marginBottom: 8 }}>{title}</h3>
      {children}
    </section>
  );
}

function Detail(props: { outlet: OutletName; kind: DataKind; unit: string; row: DataRow; factor: string }) {
  const { outlet, kind, unit, row, factor } = props;
  const { t } = useTranslation();
  const me = useSelf();
  const cell: Cell = row.cells[factor] ?? { marks: [] };
  return (
    <div data-testid="value-detail">
      {cell.mean && <Mean mean={cell.mean} unit={unit} kind={kind} />}
      {kind !== 'month' && (
        <Part title={t('data.asSent')}>
          {cell.fields ? <Fields cell={cell} row={row} /> : <p className="muted">{t('data.notSentText')}</p>}
        </Part>
      )}
      {cell.mean && hasMeans(kind) && <Versions of={cell.mean} {...props} period={kind} />}
      {row.revisions > 0 && <Revisions {...props} />}
      <Part title={t('data.marks')} testId="value-marks">
        {cell.marks.length > 0 ? (
          <Marks marks={cell.marks} actions={false} />
        ) : (
          <p className="muted">{t('data.noMarks')}</p>
        )}
        {mayMark(me) && (
          <div style={{ marginTop: 10 }}>
            <MarkForm outlet={outlet} about={{ ...spanOf(kind, row.at), factor }} />
          </div>
        )}
      </Part>
    </div>
  );
}

/** Every field as it came, exact, with the flag by its name. */
function Fields({ cell, row }: { cell: Cell; row: DataRow }) {
  const { t } = useTranslation();
  return (
    <>
      <Facts narrow>
        {Object.entries(cell.fields ?? {})
          .filter(([name]) => name !== 'Flag')
          .map(([name, text]) => (
            <Fact key={name} label={t(`data.field.${name}`, { defaultValue: name })}>
              {text}
            </Fact>
          ))}
        <Fact label={t('reading.flag')}>{cell.flag === 'N' ? `N ${t('flag.N')}` : <FlagChip flag={cell.flag} />}</Fact>
      </Facts>
      <p className="row-note" style={{ marginTop: 8 }}>
        <span className="mono">{cell.mn}</span> · {t('data.receivedAt', { at: formatTime(row.receivedAt, 'second') })}
      </p>
    </>
  );
}

/** Our mean beside the device's own, whether it counts and why not, and what was put in for what is missing. */
function Mean({ mean, unit, kind }: { mean: MeanValue; unit: string; kind: DataKind }) {
  const { t } = useTranslation();
  const { substituted } = mean;
  const line = (name: string, ours?: number, device?: number, difference?: number) => (
    <tr>
      <td>
        {name} <small className="muted">{unit}</small>
      </td>
      <td className="num" style={{ fontWeight: 500 }}>
        {figure(ours)}
      </td>
      <td className="num">{figure(device)}</td>
      <td className="num" style={mean.differs ? { color: 'var(--urgent)' } : undefined}>
        {signed(difference)}
      </td>
    </tr>
  );
  return (
    <Part title={t('data.bothMeans')} testId="both-means">
      <table className="plain" style={{ marginBottom: 10 }}>
        <thead>
          <tr>
            <th />
            <th className="num">{t('data.ours')}</th>
            <th className="num">{t('data.devices')}</th>
            <th className="num">{t('data.difference')}</th>
          </tr>
        </thead>
        <tbody>
          {line(t('data.measured'), mean.value, mean.device, mean.difference)}
          {(mean.converted !== undefined || mean.deviceConverted !== undefined) &&
            line(t('data.convertedO2'), mean.converted, mean.deviceConverted, mean.convertedDifference)}
        </tbody>
      </table>
      <Facts narrow>
        <Fact label={t('data.validity')}>
          {mean.valid ? (
            <span className="chip normal">{t('data.valid')}</span>
          ) : (
            <span className="chip high">{t(mean.reason ? `data.reason.${mean.reason}` : 'data.invalid')}</span>
          )}
        </Fact>
        {mean.minutes !== undefined && (
          <Fact label={t('data.minutes')}>{t('data.minutesOf', { minutes: figure(mean.minutes) })}</Fact>
        )}
        {mean.periods !== undefined && (
          <Fact label={t(kind === 'month' ? 'data.validDays' : 'data.validHours')}>
            {mean.needed === undefined
              ? mean.periods
              : t('data.periodsOf', { periods: mean.periods, needed: mean.needed })}
          </Fact>
        )}
        {mean.basis && <Fact label={t('data.basis')}>{t(`data.basisOf.${mean.basis}`)}</Fact>}
        {mean.max !== undefined && <Fact label={t('data.max')}>{figure(mean.max)}</Fact>}
        {mean.mass !== undefined && <Fact label={t('data.mass')}>{figure(mean.mass)} kg</Fact>}
        {substituted && <Fact label={t('data.massPutIn')}>{figure(substituted.mass)} kg</Fact>}
        <Fact label={t('data.version')}>
          {mean.version === 0
            ? t('data.goesOn')
            : t('data.versionAt', { n: mean.version, at: formatTime(mean.calculatedAt) })}
        </Fact>
      </Facts>
      {substituted && (
        <p className="row-note" style={{ marginTop: 8 }}>
          {t('data.putInFor', { periods: substituted.periods, without: substituted.without })}
          {substituted.capture && ` ${t(`data.capture.${substituted.capture}`)}`} {t('data.neverConcentration')}
        </p>
      )}
    </Part>
  );
}

/** What the mean was before, and why it came out otherwise. */
function Versions(props: { outlet: OutletName; of: MeanValue; period: string; row: DataRow; factor: string }) {
  const { outlet, of, period, row, factor } = props;
  const { t } = useTranslation();
  const several = of.version > 1;
  const versions = useMeanVersions(outlet.id, { period, at: isoTime(row.at), factor }, several);
  if (!several) return null;
  return (
    <Part title={t('data.versions')} testId="versions">
      <Answer of={versions}>
        {(all) => (
          <table className="plain">
            <tbody>
              {all
                .map((one, i) => ({ one, why: meanChange(all[i - 1], one) }))
                .reverse()
                .map(({ one, why }) => (
                  <tr key={`${one.version} ${one.calculatedAt}`}>
                    <td>
                      {t('data.versionN', { n: one.version })}
                      <div className="row-note">{formatTime(one.calculatedAt)}</div>
                    </td>
                    <td className="num">
                      {figure(one.value)}
                      <div className="row-note">
                        {one.valid ? t('data.valid') : t(one.reason ? `data.reason.${one.reason}` : 'data.invalid')}
                      </div>
                    </td>
                    <td className="muted">{t(`data.change.${why}`)}</td>
                  </tr>
                ))}
            </tbody>
          </table>
        )}
      </Answer>
    </Part>
  );
}

/** What was sent before it was corrected, and when each came. */
function Revisions(props: { outlet: OutletName; kind: DataKind; row: DataRow; factor: string }) {
  const { outlet, row, factor } = props;
  const { t } = useTranslation();
  const kind = uploadKind(props.kind) ?? 'hour';
  const revisions = useRevisions(outlet.id, { kind, at: isoTime(row.at) }, true);
  return (
    <Part title={t('data.revisionsOf')} testId="revisions">
      <Answer of={revisions}>
        {(all) => {
          const own = all.filter((one) => one.factor === factor && row.mns.includes(one.mn));
          if (own.length === 0) return <p className="muted">{t('data.revisedOther')}</p>;
          return (
            <table className="plain">
              <tbody>
                {own.flatMap(({ mn, values }) =>
                  values.toReversed().map(({ receivedAt, fields }, i) => (
                    <tr key={`${mn} ${receivedAt} ${JSON.stringify(fields)}`}>
                      <td>
                        {formatTime(receivedAt, 'second')}
                        <div className="row-note">{t(i === 0 ? 'data.countsNow' : 'data.replaced')}</div>
                      </td>
                      <td style={{ overflowWrap: 'anywhere' }}>
                        {Object.entries(fields)
                          .map(([name, text]) => `${t(`data.field.${name}`, { defaultValue: name })} ${text}`)
                          .join(' · ')}
                      </td>
                    </tr>
                  )),
                )}
              </tbody>
            </table>
          );
        }}
      </Answer>
    </Part>
  );
}
