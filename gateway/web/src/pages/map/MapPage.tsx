import { CloseOutlined, RightOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import type { MapLibreMap } from 'maplibre-gl';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router-dom';
import { useAlarms, useEnterprise, useMap } from '../../api/hooks';
import type { Alarm, MapPoint, MapView } from '../../api/types';
import { StateMark } from '../../design/marks';
import { Answer, Blank, Loading, Problem } from '../../design/parts';
import { StateGlyph } from '../../design/StateGlyph';
import BaseMap, { useBase } from '../../map/BaseMap';
import { useSelf } from '../../me';
import { byLevelThenNewest, LEVELS, LIVE_STATES, liveState } from '../../view/live-state';
import { AlarmRow } from '../alarms/AlarmRow';
import { At, ClusterPin, PointPin } from './markers';

type Box = [number, number, number, number];

/** The box around everything that the map answered: where a county's or a city's own enterprises lie. */
function boxOf(view: MapView): Box | undefined {
  const boxes: Box[] = [
    ...view.points.map((p): Box => [p.lon, p.lat, p.lon, p.lat]),
    ...view.clusters.map((c) => c.bbox as Box),
  ];
  if (boxes.length === 0) return undefined;
  return boxes.reduce((a, b) => [
    Math.min(a[0], b[0]),
    Math.min(a[1], b[1]),
    Math.max(a[2], b[2]),
    Math.max(a[3], b[3]),
  ]);
}

function PointCard({ point, onClose }: { point: MapPoint; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const detail = useEnterprise(point.id);
  const alarms = useAlarms({ enterpriseId: point.id, active: true });
  const sorted = [...(alarms.data ?? [])].sort(byLevelThenNewest);
  return (
    <aside className="card" aria-label={point.name} data-testid="map-card">
      <Button
        className="close"
        type="text"
        size="small"
        icon={<CloseOutlined />}
        aria-label={t('action.close')}
        onClick={onClose}
      />
      <h2>{point.name}</h2>
      <div className="cluster" style={{ margin: '4px 0 10px' }}>
        <StateMark state={liveState(point)} />
        <span className="muted" style={{ fontSize: 13 }}>
          {t('map.devices', { online: point.devices.online, total: point.devices.total })}
        </span>
      </div>
      {sorted.slice(0, 2).map((alarm) => (
        <Link key={alarm.id} className="row" style={{ padding: '8px 0' }} to={`/alarms/${alarm.id}`}>
          <AlarmRow alarm={alarm} here allActive />
        </Link>
      ))}
      <div className="stack" style={{ gap: 4, marginTop: 8 }}>
        {detail.data?.outlets.map((outlet) => (
          <Link key={outlet.id} to={`/outlets/${outlet.id}`} data-testid="map-outlet">
            {outlet.code} {outlet.name} <RightOutlined style={{ fontSize: 10 }} />
          </Link>
        ))}
      </div>
      <Button
        type="primary"
        block
        style={{ marginTop: 12 }}
        onClick={() => navigate(`/enterprises/${point.id}`)}
        data-testid="map-open-file"
      >
        {t('map.openFile')}
      </Button>
    </aside>
  );
}

function AlarmSide() {
  const { t } = useTranslation();
  const alarms = useAlarms({ active: true, limit: 200 });
  const now: Alarm[] = useMemo(
    () => (alarms.data ?? []).filter((a) => !a.history).sort(byLevelThenNewest),
    [alarms.data],
  );
  return (
    <div className="side">
      <div className="side-head">
        <h1>{t('map.activeAlarms')}</h1>
        <div className="tallies" data-testid="alarm-tallies">
          {LEVELS.map((level) => (
            <div key={level}>
              <b>{now.filter((a) => a.level === level).length}</b>
              <span className="cluster" style={{ gap: 4 }}>
                <StateGlyph state={level} size={11} />
                <span className="tally-word">{t(`level.${level}`)}</span>
              </span>
            </div>
          ))}
        </div>
      </div>
      <div className="side-body" data-testid="active-alarms">
        <Answer of={alarms}>
          {() =>
            now.length === 0 ? (
              <Blank title={t('alarm.noneActive')}>{t('map.calm')}</Blank>
            ) : (
              <ul className="rows">
                {now.map((alarm) => (
                  <li key={alarm.id} data-id={alarm.id}>
                    <Link className="row" to={alarm.outletId ? `/outlets/${alarm.outletId}` : `/alarms/${alarm.id}`}>
                      <AlarmRow alarm={alarm} allActive />
                    </Link>
                  </li>
                ))}
              </ul>
            )
          }
        </Answer>
        {alarms.hasNextPage && (
          <div className="more">
            <Link to="/alarms">{t('map.allAlarms')}</Link>
          </div>
        )}
      </div>
    </div>
  );
}

export default function MapPage() {
  const { t } = useTranslation();
  const me = useSelf();
  const base = useBase();
  const [map, setMap] = useState<MapLibreMap>();
  const [view, setView] = useState<{ bbox: string; zoom: number }>();
  const [chosen, setChosen] = useState<MapPoint>();
  const answer = useMap(view);
  const fitted = useRef(false);

  // Who is responsible for less than the province starts where the own enterprises lie.
  useEffect(() => {
    if (!map || !answer.data || fitted.current || answer.isPlaceholderData) return;
    fitted.current = true;
    const box = boxOf(answer.data);
    const wholeProvince = me.division === base.data?.settings.province;
    if (box && !wholeProvince) map.fitBounds(box, { padding: 70, maxZoom: 13, duration: 0 });
  }, [map, answer.data, answer.isPlaceholderData, me.division, base.data]);
  const current = chosen && (answer.data?.points.find((p) => p.id === chosen.id) ?? chosen);

  return (
    <div className="map-page" data-testid="map">
      <div className="map-holder">
        <BaseMap
          label={t('nav.map')}
          onReady={(ready) => {
            const look = () => {
              const b = ready.getBounds();
              const edge = (n: number, low: number, high: number) => Math.min(high, Math.max(low, n)).toFixed(5);
              setView({
                bbox: [
                  edge(b.getWest(), -180, 180),
                  edge(b.getSouth(), -90, 90),
                  edge(b.getEast(), -180, 180),
                  edge(b.getNorth(), -90, 90),
                ].join(','),
                zoom: Math.round(ready.getZoom() * 10) / 10,
              });
            };
            ready.on('moveend', look);
            look();
            setMap(ready);
            return () => setMap(undefined);
          }}
        />
        {!map && <Loading rows={2} />}
        {map &&
          base.data?.outlines.cities.features.map((city) => {
            const { name, cp } = (city.properties ?? {}) as { name?: string; cp?: [number, number] };
            return name && cp ? (
              <At key={name} map={map} lon={cp[0]} lat={cp[1]}>
                <span className="city-name" aria-hidden>
                  {name.replace(/市$/, '')}
                </span>
              </At>
            ) : null;
          })}
        {map &&
          answer.data?.clusters.map((cluster) => (
            <At key={`${cluster.lon},${cluster.lat}`} map={map} lon={cluster.lon} lat={cluster.lat}>
              <ClusterPin
                cluster={cluster}
                onOpen={() => map.fitBounds(cluster.bbox as Box, { padding: 90, maxZoom: 14 })}
              />
            </At>
          ))}
        {map &&
          answer.data?.points.map((point) => (
            <At key={point.id} map={map} lon={point.lon} lat={point.lat}>
              <PointPin point={point} open={chosen?.id === point.id} onOpen={() => setChosen(point)} />
            </At>
          ))}
        {current ? (
          <PointCard point={current} onClose={() => setChosen(undefined)} />
        ) : (
          answer.error && (
            <div className="map-say">
              <Problem error={answer.error} retry={() => void answer.refetch()} />
            </div>
          )
        )}
        <div className="map-legend">
          {LIVE_STATES.map((state) => (
            <StateMark key={state} state={state} />
          ))}
        </div>
      </div>
      <AlarmSide />
    </div>
  );
}
