import { type MapLibreMap, Marker } from 'maplibre-gl';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import BaseMap from '../../map/BaseMap';
import type { Position } from '../../view/place';

const NEAR = 13;

/** The map on which one says where it is: a tap puts the pin. */
export default function PickMap({ at, onPick }: { at?: Position; onPick: (at: Position) => void }) {
  const { t } = useTranslation();
  const [map, setMap] = useState<MapLibreMap>();
  const pick = useRef(onPick);
  pick.current = onPick;
  const lon = at?.lon;
  const lat = at?.lat;

  useEffect(() => {
    if (!map || lon === undefined || lat === undefined) return;
    const element = document.createElement('div');
    element.innerHTML = '<div class="place-dot"></div>';
    const marker = new Marker({ element, anchor: 'bottom', offset: [0, -3] }).setLngLat([lon, lat]).addTo(map);
    // A tap on the whole province is off by a kilometre: from near it is put right with a second one.
    if (map.getZoom() < NEAR || !map.getBounds().contains([lon, lat])) map.easeTo({ center: [lon, lat], zoom: NEAR });
    return () => {
      marker.remove();
    };
  }, [map, lon, lat]);

  return (
    <div className="pick-map" data-testid="pick-map">
      <BaseMap
        label={t('public.form.where')}
        onReady={(ready) => {
          ready.on('click', ({ lngLat }) => pick.current({ lon: lngLat.lng, lat: lngLat.lat }));
          setMap(ready);
          return () => setMap(undefined);
        }}
      />
    </div>
  );
}
