import { useQueryClient } from '@tanstack/react-query';
import { Button, Input, Segmented } from 'antd';
import { lazy, Suspense, useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router-dom';
import { useAlarms, useLimits, useLinks, useOutlet, useOutletReadings } from '../../api/hooks';
import type { Alarm, LiveEvents, Moment, OutletDetail, PermitLimit } from '../../api/types';
import { AlarmBits, LevelChip, LinkMark, useSpan } from '../../design/marks';
import { Answer, Blank, Loading, PageHead, Panel, Problem, Say } from '../../design/parts';
import { useFilters } from '../../design/use-filters';
import { useNow } from '../../design/use-now';
import { useLive, useWatch } from '../../live/LiveProvider';
import { factorName, factorUnit, unitText } from '../../view/factors';
import { boundDevices } from '../../view/latest';
import { byLevelThenNewest } from '../../view/live-state';
import { factorsIn, limitFor, mergeReading, type Point, series } from '../../view/series';
import { DAY, formatTime, fromInput, HOUR, isoTime, MINUTE, toInput } from '../../view/time';
import { AcknowledgeButton } from '../alarms/AcknowledgeButton';
import { useAlarmTitle } from '../alarms/alarm-names';
import { Evidence } from '../alarms/Evidence';
import { CURVE_KINDS, type CurveKind, RANGES } from './ranges';

const Curve = lazy(() => import('./Curve'));

function AlarmBeside({ alarm }: { alarm: Alarm }) {
  const { t } = useTranslation();
  const title = useAlarmTitle();
  const span = useSpan();
  return (
    <div className="alarm-beside" data-testid="outlet-alarm" data-id={alarm.id}>
      <div className="row-top">
        <LevelChip level={alarm.level} />
        <AlarmBits alarm={alarm} />
        <AcknowledgeButton alarm={alarm} small />
      </div>
      <Link to={`/alarms/${alarm.id}`} className="row-title" style={{ display: 'block' }}>
        {title(alarm)}
      </Link>
      <p className="row-note" style={{ marginBottom: 8 }}>
        {t('alarm.since', { at: formatTime(alarm.startedAt), span: span(alarm.durationMin * MINUTE) })}
        {alarm.multiple !== undefined && ` · ${t('alarm.multipleValue', { value: alarm.multiple.toFixed(2) })}`}
      </p>
      <Evidence alarm={alarm} max={6} />
    </div>
  );
}

function Values({ points, unit }: { points: Point[]; unit: string }) {
  const { t } = useTranslation();
  const newest = points.slice(-24).reverse();
  return (
    <div className="scroll-x" style={{ maxHeight: 340, overflowY: 'auto' }}>
      <table className="plain" data-testid="values">
        <thead>
          <tr>
            <th>{t('reading.dataTime')}</th>
            <th className="num">
              {t('reading.value')} {unit && `(${unit})`}
            </th>
            <th>{t('reading.flag')}</th>
          </tr>
        </thead>
        <tbody>
          {newest.map((point) => (
            <tr key={point.t}>
              <td>{formatTime(point.t, 'second')}</td>
              <td className={`num${point.exceeds ? ' exceeds' : ''}`}>
                {point.text}
                {point.exceeds && <span className="sr-only"> {t('reading.suspected')}</span>}
              </td>
              <td className={point.flag === 'N' ? 'muted' : undefined}>
                {point.flag} {t(`flag.${point.flag}`, { defaultValue: '' })}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Readings({ outlet, limits, alarms }: { outlet: OutletDetail; limits: PermitLimit[]; alarms: Alarm[] }) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const span = useSpan();
  const now = useNow();
  const [search, set] = useFilters();
  const kind = CURVE_KINDS.find((k) => k === search.get('kind')) ?? 'hour';
  const { spans, gap } = RANGES[kind];
  const [length, setLength] = useState<number | 'own'>(spans[0] ?? DAY);
  const [own, setOwn] = useState<{ from: number; to: number }>();
  const [opened] = useState(() => Date.now());
  const chosen = length === 'own' && own ? own : undefined;
  const from = chosen?.from ?? opened - (length === 'own' ? (spans[0] ?? DAY) : length);
  const query = useMemo(
    () => ({ kind, from: isoTime(from), to: chosen ? isoTime(chosen.to) : undefined }),
    [kind, from, chosen],
  );
  const readings = useOutletReadings(outlet.id, query);
  const mns = useMemo(
    () => outlet.devices.filter((d) => d.bindings.some((b) => b.outletId === outlet.id)).map((d) => d.mn),
    [outlet],
  );
  useWatch(mns);

  // The curve grows by what the stream brings: into what is shown, without asking the readings again.
  const grow = useCallback(
    (reading: LiveEvents['reading']) => {
      if (reading.kind !== kind || chosen || !mns.includes(reading.mn)) return;
      client.setQueryData<{ moments: Moment[]; complete: boolean }>(['readings', outlet.id, query], (shown) => {
        if (!shown) return shown;
        const moments = mergeReading(shown.moments, reading);
        return moments === shown.moments ? shown : { ...shown, moments };
      });
    },
    [client, kind, chosen, mns, outlet.id, query],
  );
  useLive('reading', grow);

  const moments = readings.data?.moments;
  const factors = useMemo(() => factorsIn(moments ?? [], limits, outlet.factors), [moments, limits, outlet.factors]);
  const asked = search.get('factor');
  const factor =
    factors.find((f) => f === asked) ?? alarms.find((a) => a.active && a.factor)?.factor ?? factors[0] ?? '';
  const lines = useMemo(
    () => new Map(factors.map((f) => [f, limitFor(limits, f, kind, opened)])),
    [factors, limits, kind, opened],
  );
  const all = useMemo(
    () => new Map(factors.map((f) => [f, series(moments ?? [], f, kind, lines.get(f))])),
    [factors, moments, kind, lines],
  );
  const points = all.get(factor) ?? [];
  const line = lines.get(factor);
  const unit = line ? unitText(line.limit.unit) : factorUnit(factor);
  const ofFactor = useMemo(
    () => alarms.filter((a) => a.factor === factor && (!a.endedAt || Date.parse(a.endedAt) > from)),
    [alarms, factor, from],
  );
  const last = points.at(-1);
  const to = chosen?.to ?? Math.max(now, last?.t ?? 0);

  return (
    <>
      <section className="panel">
        <div className="panel-head" style={{ alignItems: 'center', paddingBottom: 10 }}>
          <Segmented<CurveKind>
            value={kind}
            onChange={(value) => {
              set('kind', value);
              setLength(RANGES[value].spans[0] ?? DAY);
            }}
            options={CURVE_KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))}
            data-testid="kind"
          />
          <Segmented<number | 'own'>
            value={length}
            onChange={(value) => {
              setLength(value);
              if (value === 'own' && !own) setOwn({ from, to: Math.ceil(now / HOUR) * HOUR });
            }}
            options={[
              ...spans.map((value) => ({ value, label: span(value) })),
              { value: 'own' as const, label: t('reading.ownRange') },
            ]}
            data-testid="range"
          />
          {length === 'own' && own && (
            <div className="cluster" data-testid="own-range">
              <Input
                type="datetime-local"
                aria-label={t('reading.from')}
                value={toInput(own.from)}
                onChange={(event) => {
                  const value = fromInput(event.target.value);
                  if (value !== undefined) setOwn({ from: value, to: Math.max(own.to, value + HOUR) });
                }}
                style={{ width: 200 }}
              />
              <Input
                type="datetime-local"
                aria-label={t('reading.to')}
                value={toInput(own.to)}
                onChange={(event) => {
                  const value = fromInput(event.target.value);
                  if (value !== undefined) setOwn({ from: Math.min(own.from, value - HOUR), to: value });
                }}
                style={{ width: 200 }}
              />
            </div>
          )}
        </div>
        <div className="factor-tabs" role="tablist" aria-label={t('reading.factor')}>
          {factors.map((f) => {
            const newest = all.get(f)?.at(-1);
            const limit = lines.get(f);
            return (
              <button
                key={f}
                type="button"
                role="tab"
                aria-selected={f === factor}
                className="factor-tab"
                onClick={() => set('factor', f)}
                data-testid={`factor-${f}`}
              >
                <span>{factorName(f, i18n.language)}</span>
                <b className={newest?.exceeds ? 'exceeds' : undefined}>{newest?.text ?? '–'}</b>
                <small>{limit ? unitText(limit.limit.unit) : factorUnit(f)}</small>
              </button>
            );
          })}
        </div>
        {readings.isPending ? (
          <Loading rows={8} />
        ) : readings.error && !moments ? (
          <div style={{ padding: 16 }}>
            <Problem error={readings.error} retry={() => void readings.refetch()} />
          </div>
        ) : points.length === 0 ? (
          <Blank title={t('reading.none')}>{t('reading.noneText')}</Blank>
        ) : (
          <div style={{ padding: '6px 10px 0' }}>
            <Suspense fallback={<Loading rows={8} />}>
              <Curve
                points={points}
                line={line}
                alarms={ofFactor}
                unit={unit}
                name={factorName(factor, i18n.language)}
                from={from}
                to={to}
                gap={gap}
              />
            </Suspense>
          </div>
        )}
        <div className="legend">
          {line && (
            <span>
              <i className="limit" />
              {t('reading.limit')} {line.limit.limit} {unit}
            </span>
          )}
          <span>
            <i className="dot" />
            {t('reading.suspected')}
          </span>
          <span>
            <i className="hollow" />
            {t('reading.flagged')}
          </span>
          {last && (
            <span style={{ marginLeft: 'auto' }} data-testid="last-reading">
              {t('reading.lastAt', { at: formatTime(last.t, 'second') })}
            </span>
          )}
        </div>
        {line && !line.applies && (
          <div style={{ padding: '0 18px 14px' }}>
            <Say testId="limit-for-orientation">
              {t('reading.otherPeriod', { period: t(`period.${line.limit.period}`), kind: t(`kind.${kind}`) })}
            </Say>
          </div>
        )}
        {readings.data?.complete === false && (
          <div style={{ padding: '0 18px 14px' }}>
            <Say tone="warn">{t('reading.tooMany')}</Say>
          </div>
        )}
      </section>
      <Panel title={t('reading.values')} flush>
        <Values points={points} unit={unit} />
      </Panel>
    </>
  );
}

function Devices({ outlet }: { outlet: OutletDetail }) {
  const { t } = useTranslation();
  const now = useNow();
  const bound = boundDevices(outlet, outlet.devices, now);
  const links = useLinks(bound.map((d) => d.mn));
  if (bound.length === 0) return <p className="muted">{t('device.noneBound')}</p>;
  return (
    <ul className="people">
      {bound.map((device) => {
        const link = links.data?.find((l) => l.mn === device.mn);
        return (
          <li key={device.mn} style={{ justifyContent: 'space-between' }}>
            <div style={{ minWidth: 0 }}>
              <div className="mono" style={{ overflowWrap: 'anywhere' }}>
                {device.mn}
              </div>
              <div className="row-note">
                HJ 212-{device.edition}
                {link?.lastSeen && ` · ${t('device.lastSeen', { at: formatTime(link.lastSeen, 'short') })}`}
              </div>
            </div>
            {link && <LinkMark online={link.online} />}
          </li>
        );
      })}
    </ul>
  );
}

function Detail({ outlet }: { outlet: OutletDetail }) {
  const { t, i18n } = useTranslation();
  const limits = useLimits(outlet.id);
  const alarms = useAlarms({ outletId: outlet.id });
  const sorted = [...(alarms.data ?? [])].sort(
    (a, b) => Number(b.active) - Number(a.active) || byLevelThenNewest(a, b),
  );
  const beside = sorted.filter((a) => a.active);
  return (
    <>
      <PageHead
        crumbs={[
          ['/enterprises', t('nav.enterprises')],
          [`/enterprises/${outlet.enterpriseId}`, outlet.enterprise.name],
        ]}
        title={`${outlet.code} ${outlet.name}`}
        sub={t(`medium.${outlet.medium}`)}
        actions={
          <>
            <Link to={`/outlets/${outlet.id}/data`} data-testid="to-data">
              <Button tabIndex={-1}>{t('data.open')}</Button>
            </Link>
            <Link to={`/enterprises/${outlet.enterpriseId}`}>
              <Button tabIndex={-1}>{t('map.openFile')}</Button>
            </Link>
          </>
        }
      />
      <div className="columns">
        <div>
          <Answer of={limits}>{(data) => <Readings outlet={outlet} limits={data} alarms={alarms.data ?? []} />}</Answer>
        </div>
        <div>
          <Panel title={t('outlet.alarms')} flush testId="outlet-alarms">
            <Answer of={alarms}>
              {() =>
                beside.length === 0 ? (
                  <Blank title={t('alarm.noneActive')}>
                    {sorted[0] && (
                      <Link to={`/alarms/${sorted[0].id}`}>
                        {t('outlet.lastAlarm', { at: formatTime(sorted[0].startedAt) })}
                      </Link>
                    )}
                  </Blank>
                ) : (
                  beside.map((alarm) => <AlarmBeside key={alarm.id} alarm={alarm} />)
                )
              }
            </Answer>
          </Panel>
          <Panel title={t('outlet.limits')} flush>
            <Answer of={limits}>
              {(data) =>
                data.length === 0 ? (
                  <Blank title={t('outlet.noLimits')} />
                ) : (
                  <div className="scroll-x">
                    <table className="plain">
                      <tbody>
                        {data.map((limit) => (
                          <tr key={limit.id}>
                            <td style={{ whiteSpace: 'nowrap' }}>{factorName(limit.factor, i18n.language)}</td>
                            <td className="num" style={{ fontWeight: 500 }}>
                              {limit.limit} <small className="muted">{unitText(limit.unit)}</small>
                            </td>
                            <td className="muted">
                              {t(`period.${limit.period}`)}
                              <div className="row-note">{limit.basis}</div>
                            </td>
                          </tr>
                        ))}
                      </tbody>
                    </table>
                  </div>
                )
              }
            </Answer>
          </Panel>
          <Panel title={t('outlet.devices')}>
            <Devices outlet={outlet} />
          </Panel>
        </div>
      </div>
    </>
  );
}

export default function OutletPage() {
  const { id = '' } = useParams();
  const outlet = useOutlet(id);
  return (
    <div className="page" data-testid="outlet">
      <Answer of={outlet}>{(data) => <Detail outlet={data} />}</Answer>
    </div>
  );
}
