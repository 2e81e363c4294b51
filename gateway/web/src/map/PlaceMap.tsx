import { type MapLibreMap, Marker } from 'maplibre-gl';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CHECK_IN_METRES, type Position, ring } from '../view/place';
import BaseMap from './BaseMap';

/** West, south, east and north of what one wants to see of a place: a little more than its check-in circle. */
function boxAround(lon: number, lat: number): [number, number, number, number] {
  const corners = ring({ lon, lat }, CHECK_IN_METRES * 1.5);
  const lons = corners.map((c) => c[0]);
  const lats = corners.map((c) => c[1]);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

/** A small map of one place with the circle within which a check-in counts, and of where one is. A click tells `onPick` where. */
export default function PlaceMap(props: { place: Position; me?: Position; onPick?: (at: Position) => void }) {
  const { place, me } = props;
  const { t } = useTranslation();
  const [map, setMap] = useState<MapLibreMap>();
  const [west, south, east, north] = boxAround(place.lon, place.lat);
  const lon = me?.lon;
  const lat = me?.lat;

  useEffect(() => {
    if (!map || lon === undefined || lat === undefined) return;
    const element = document.createElement('div');
    element.className = 'me-dot';
    const marker = new Marker({ element }).setLngLat([lon, lat]).addTo(map);
    map.fitBounds(
      [
        [Math.min(lon, west), Math.min(lat, south)],
        [Math.max(lon, east), Math.max(lat, north)],
      ],
      { padding: 36, maxZoom: 16 },
    );
    return () => {
      marker.remove();
    };
  }, [map, lon, lat, west, south, east, north]);

  const pick = useRef(props.onPick);
  pick.current = props.onPick;
  useEffect(() => {
    map?.on('click', ({ lngLat }) => pick.current?.({ lon: lngLat.lng, lat: lngLat.lat }));
  }, [map]);

  return (
    <div className="place-map">
      <BaseMap
        label={t('task.place')}
        bounds={[west, south, east, north]}
        still
        onReady={(ready) => {
          ready.addSource('ring', {
            type: 'geojson',
            data: {
              type: 'Feature',
              properties: {},
              geometry: { type: 'Polygon', coordinates: [ring(place, CHECK_IN_METRES)] },
            },
          });
          ready.addLayer({
            id: 'ring',
            type: 'fill',
            source: 'ring',
            paint: { 'fill-color': '#0b6b58', 'fill-opacity': 0.1 },
          });
          ready.addLayer({
            id: 'ring-line',
            type: 'line',
            source: 'ring',
            paint: { 'line-color': '#0b6b58', 'line-width': 1.5, 'line-dasharray': [3, 2] },
          });
          const element = document.createElement('div');
          element.innerHTML = '<div class="place-dot"></div>';
          new Marker({ element, anchor: 'bottom', offset: [0, -3] }).setLngLat([place.lon, place.lat]).addTo(ready);
          setMap(ready);
          return () => setMap(undefined);
        }}
      />
    </div>
  );
}
