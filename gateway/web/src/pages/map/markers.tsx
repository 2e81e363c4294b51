import { type MapLibreMap, Marker } from 'maplibre-gl';
import { type ReactNode, useEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import { useTranslation } from 'react-i18next';
import type { MapCluster, MapPoint } from '../../api/types';
import { StateGlyph } from '../../design/StateGlyph';
import { stateColour } from '../../design/theme';
import { liveState, totalAlarms } from '../../view/live-state';

/** Puts its children on the map at a place, as HTML: so they take the keyboard and need no glyphs. */
export function At({ map, lon, lat, children }: { map: MapLibreMap; lon: number; lat: number; children: ReactNode }) {
  const [element] = useState(() => document.createElement('div'));
  useEffect(() => {
    const marker = new Marker({ element }).setLngLat([lon, lat]).addTo(map);
    return () => {
      marker.remove();
    };
  }, [map, element, lon, lat]);
  return createPortal(children, element);
}

export function PointPin({ point, open, onOpen }: { point: MapPoint; open: boolean; onOpen: () => void }) {
  const { t } = useTranslation();
  const state = liveState(point);
  const alarming = totalAlarms(point.alarms) > 0;
  return (
    <button
      type="button"
      className="pin"
      aria-label={`${point.name} · ${t(`state.${state}`)}`}
      aria-pressed={open}
      onClick={onOpen}
      data-testid="map-point"
      data-id={point.id}
      data-state={state}
    >
      <StateGlyph state={state} size={(alarming ? 24 : 16) + (open ? 6 : 0)} />
      <span className="pin-name">{point.name}</span>
    </button>
  );
}

export function ClusterPin({ cluster, onOpen }: { cluster: MapCluster; onOpen: () => void }) {
  const { t } = useTranslation();
  const state = liveState(cluster);
  const alarms = totalAlarms(cluster.alarms);
  const size = Math.round(30 + 9 * Math.log10(cluster.count));
  return (
    <button
      type="button"
      className="pin pin-cluster"
      style={{ width: size, height: size, borderColor: stateColour[state] }}
      aria-label={t('map.cluster', { count: cluster.count, alarms })}
      title={t('map.cluster', { count: cluster.count, alarms })}
      onClick={onOpen}
      data-testid="map-cluster"
      data-state={state}
    >
      {cluster.count}
      {state !== 'normal' && (
        <span className="badge">
          <StateGlyph state={state} size={18} />
        </span>
      )}
    </button>
  );
}
