import type { AlarmCounts, DeviceCounts, MapCluster, MapPoint, MapView } from '@greenwatch/contracts';

/** From this zoom on every marker stands by itself, so that two enterprises at one gate can be told apart. */
export const UNCLUSTERED_ZOOM = 14;
/** No answer holds more marks than this, whatever the client asks: ten thousand markers freeze a browser tab. */
export const MAX_MARKS = 500;

const CELL_PIXELS = 60;
/** Nearer than this part of a cell (45 pixels) two marks overlap. */
const CLOSE_CELLS = 0.75;
/** MapLibre's world is one tile of 512 pixels at zoom 0. */
const WORLD_PIXELS = 512;

/**
 * Markers as a map of this zoom shows them: those that share a cell of the grid become one cluster.
 * @param markers in degrees, any order
 * @param zoom zoom of MapLibre, may be a fraction
 */
export function clusterMarkers(markers: readonly MapPoint[], zoom: number): MapView {
  if (zoom >= UNCLUSTERED_ZOOM && markers.length <= MAX_MARKS) return { points: [...markers], clusters: [] };
  // Halving the zoom's scale until it fits ends at the latest when the world is one cell.
  for (let z = Math.min(zoom, UNCLUSTERED_ZOOM); ; z -= 1) {
    const view = grid(markers, z);
    if (view.points.length + view.clusters.length <= MAX_MARKS) return view;
  }
}

function grid(markers: readonly MapPoint[], zoom: number): MapView {
  const scale = (WORLD_PIXELS * 2 ** zoom) / CELL_PIXELS;
  const cells = new Map<string, MapPoint[]>();
  for (const marker of markers) {
    const key = `${Math.floor(mercatorX(marker.lon) * scale)}:${Math.floor(mercatorY(marker.lat) * scale)}`;
    const cell = cells.get(key);
    if (cell) cell.push(marker);
    else cells.set(key, [marker]);
  }
  const view: MapView = { points: [], clusters: [] };
  for (const group of joinClose([...cells.values()], scale)) {
    const [only] = group;
    if (group.length === 1 && only) view.points.push(only);
    else view.clusters.push(clusterOf(group));
  }
  return view;
}

/** Cells whose middles come too close to be drawn side by side join the larger one, so that no number hides another. */
function joinClose(cells: MapPoint[][], scale: number): MapPoint[][] {
  const placed = new Map<string, { x: number; y: number; markers: MapPoint[] }[]>();
  const groups: MapPoint[][] = [];
  for (const cell of cells.sort((a, b) => b.length - a.length)) {
    const x = (cell.reduce((sum, marker) => sum + mercatorX(marker.lon), 0) / cell.length) * scale;
    const y = (cell.reduce((sum, marker) => sum + mercatorY(marker.lat), 0) / cell.length) * scale;
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const around = [-1, 0, 1].flatMap((dx) =>
      [-1, 0, 1].flatMap((dy) => placed.get(`${column + dx}:${row + dy}`) ?? []),
    );
    const close = around.find((group) => Math.hypot(group.x - x, group.y - y) < CLOSE_CELLS);
    if (close) {
      close.markers.push(...cell);
      continue;
    }
    const markers = [...cell];
    groups.push(markers);
    const key = `${column}:${row}`;
    placed.set(key, [...(placed.get(key) ?? []), { x, y, markers }]);
  }
  return groups;
}

function clusterOf(markers: readonly MapPoint[]): MapCluster {
  let [west, south, east, north] = [180, 90, -180, -90];
  let [lon, lat] = [0, 0];
  const alarms: AlarmCounts = { urgent: 0, high: 0, mid: 0, low: 0 };
  const devices: DeviceCounts = { total: 0, online: 0 };
  for (const marker of markers) {
    west = Math.min(west, marker.lon);
    east = Math.max(east, marker.lon);
    south = Math.min(south, marker.lat);
    north = Math.max(north, marker.lat);
    lon += marker.lon;
    lat += marker.lat;
    alarms.urgent += marker.alarms.urgent;
    alarms.high += marker.alarms.high;
    alarms.mid += marker.alarms.mid;
    alarms.low += marker.alarms.low;
    devices.total += marker.devices.total;
    devices.online += marker.devices.online;
  }
  const count = markers.length;
  return { lon: lon / count, lat: lat / count, count, bbox: [west, south, east, north], alarms, devices };
}

/** Web Mercator (EPSG:3857) of 0 to 1. */
const mercatorX = (lon: number) => (lon + 180) / 360;
function mercatorY(lat: number): number {
  const sine = Math.sin((Math.max(-85.0511, Math.min(85.0511, lat)) * Math.PI) / 180);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}
