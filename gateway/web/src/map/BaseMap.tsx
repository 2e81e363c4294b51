import 'maplibre-gl/dist/maplibre-gl.css';
import { useQuery } from '@tanstack/react-query';
import {
  AttributionControl,
  type FilterSpecification,
  MapLibreMap,
  NavigationControl,
  ScaleControl,
  type StyleSpecification,
  setWorkerUrl,
} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fetchMapSettings, type MapSettings } from './map-settings';
import { boundsOf, fetchOutlines, graticule } from './outlines';

setWorkerUrl(workerUrl);

type Base = { settings: MapSettings; outlines: Awaited<ReturnType<typeof fetchOutlines>> };

/** Plain land and sea with division outlines; no glyphs, sprites or tiles, so that it draws without any network. */
function baseStyle({ settings, outlines }: Base): StyleSpecification {
  // The two data sets do not fit exactly: the own province is drawn from its cities only.
  const others: FilterSpecification = ['!=', ['get', 'id'], settings.province.slice(0, 2)];
  const line = (colour: string, width: number, dash?: number[]) => ({
    'line-color': colour,
    'line-width': width,
    ...(dash ? { 'line-dasharray': dash } : {}),
  });
  const style: StyleSpecification = {
    version: 8,
    sources: {
      country: { type: 'geojson', data: outlines.country },
      cities: { type: 'geojson', data: outlines.cities },
      graticule: { type: 'geojson', data: graticule(boundsOf(outlines.cities)) },
    },
    layers: [
      { id: 'sea', type: 'background', paint: { 'background-color': '#d9e5e8' } },
      { id: 'land', type: 'fill', source: 'country', filter: others, paint: { 'fill-color': '#eaeeea' } },
      { id: 'borders', type: 'line', source: 'country', filter: others, paint: line('#c3ccc7', 1) },
      // The fill covers the inner half of every outline: what is left of this line is the province's outer border.
      { id: 'province-border', type: 'line', source: 'cities', paint: line('#7f978e', 3.4) },
      { id: 'cities', type: 'fill', source: 'cities', paint: { 'fill-color': '#f9fbf9' } },
      { id: 'graticule', type: 'line', source: 'graticule', minzoom: 8.5, paint: line('#e7ece9', 1) },
      { id: 'city-borders', type: 'line', source: 'cities', paint: line('#bccac4', 1, [3, 2]) },
    ],
  };
  if (settings.tiles.length > 0) {
    style.sources.approved = {
      type: 'raster',
      tiles: settings.tiles,
      tileSize: 256,
      attribution: settings.attribution,
    };
    style.layers.push({ id: 'approved', type: 'raster', source: 'approved' });
  }
  return style;
}

/** The deployer's map settings and the outlines, fetched once. */
export const useBase = () =>
  useQuery<Base>({
    queryKey: ['map-base'],
    queryFn: async () => {
      const settings = await fetchMapSettings();
      return { settings, outlines: await fetchOutlines(settings.province) };
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

export interface BaseMapProps {
  /** what to show first: a box (west, south, east, north), else the province */
  bounds?: [number, number, number, number];
  maxZoom?: number;
  still?: boolean;
  label: string;
  onReady: (map: MapLibreMap, base: Base) => undefined | (() => void);
}

/** The map of the whole console. `onReady` gets it once its style stands, and may give back what to do when it goes. */
export default function BaseMap({ bounds, maxZoom = 16, still, label, onReady }: BaseMapProps) {
  const { t } = useTranslation();
  const { data, error } = useBase();
  const holder = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState(false);
  const ready = useRef(onReady);
  ready.current = onReady;
  const start = useRef(bounds);
  start.current = bounds;
  const words = useRef(t);
  words.current = t;

  useEffect(() => {
    if (!holder.current || !data) return;
    const first = start.current ?? boundsOf(data.outlines.cities);
    const say = words.current;
    let map: MapLibreMap;
    try {
      map = new MapLibreMap({
        container: holder.current,
        style: baseStyle(data),
        bounds: first ?? [73, 18, 135, 54],
        fitBoundsOptions: { padding: 24, maxZoom },
        maxZoom: 18,
        minZoom: 5,
        dragRotate: false,
        pitchWithRotate: false,
        attributionControl: false,
        cooperativeGestures: still === true,
        locale: {
          'NavigationControl.ZoomIn': say('map.zoomIn'),
          'NavigationControl.ZoomOut': say('map.zoomOut'),
          'CooperativeGesturesHandler.WindowsHelpText': say('map.ctrlZoom'),
          'CooperativeGesturesHandler.MacHelpText': say('map.ctrlZoom'),
          'CooperativeGesturesHandler.MobileHelpText': say('map.twoFingers'),
        },
      });
    } catch {
      setFailed(true); // no WebGL: the lists beside the map still work
      return;
    }
    map.touchZoomRotate.disableRotation();
    if (data.settings.tiles.length > 0) map.addControl(new AttributionControl({ compact: true }), 'bottom-right');
    map.addControl(new NavigationControl({ showCompass: false }), 'top-right');
    map.addControl(new ScaleControl({ maxWidth: 90 }), 'bottom-right');
    let end: undefined | (() => void);
    // For whoever has to know that there is more to see than the empty ground.
    map.once('idle', () => holder.current?.setAttribute('data-drawn', 'yes'));
    map.once('style.load', () => {
      end = ready.current(map, data);
    });
    return () => {
      end?.();
      map.remove();
    };
  }, [data, maxZoom, still]);

  const number = data?.settings.reviewNumber;
  return (
    <>
      <section ref={holder} className="map-canvas" aria-label={label} />
      <div className="map-review">{number ? t('map.review', { number }) : t('map.noReview')}</div>
      {(failed || error) && <div className="map-say">{t('map.failed')}</div>}
    </>
  );
}
