import type { DeviceInput, DeviceProfile, FactorInput, Upload } from '@greenwatch/contracts';
import { isoTime } from '@greenwatch/kit';
import { randomOf } from './random';

/**
 * What the demo's county gets from another system by HTTP: an air and a water station, an electricity meter and a camera
 * with analytic events. Their makes are data (factors, profiles), known to no code of the platform.
 */

const HOUR = 3_600_000;
export const STATION_COUNTY = '330483';
/** Hours that a first push, and every start, sends again. */
const HISTORY_HOURS = 48;

export const STATION_FACTORS: FactorInput[] = [
  { code: 'a05024', nameZh: '臭氧', nameEn: 'Ozone', unit: 'ug/m3', decimals: 0 },
  { code: 'v10001', nameZh: '冒黑烟事件', nameEn: 'Black smoke seen', decimals: 0 },
  { code: 'v10002', nameZh: '林格曼黑度', nameEn: 'Ringelmann number', unit: '级', decimals: 0 },
];

export const STATION_PROFILES: DeviceProfile[] = [
  { id: 'demo-station', name: '自动监测站', category: 'air-station' },
  {
    id: 'demo-meter',
    name: '用电监控终端（厂家自有格式）',
    category: 'electricity-meter',
    payload: {
      kind: 'realtime',
      time: { path: 'ts', format: 's' },
      items: [
        { path: 'power', factor: 'd20101', field: 'Rtd', scale: 0.001 },
        { path: 'energy', factor: 'd20101', field: 'Cou', scale: 0.001 },
      ],
    },
  },
  {
    id: 'demo-camera',
    name: '视频分析摄像机（厂家自有格式）',
    category: 'camera',
    payload: {
      kind: 'realtime',
      each: 'events',
      time: { path: 'at', format: 'iso' },
      items: [
        { path: 'type', factor: 'v10001', field: 'Rtd', words: { 'black-smoke': '1' } },
        { path: 'ringelmann', factor: 'v10002', field: 'Rtd' },
      ],
    },
  },
];

interface Stand {
  mn: string;
  name: string;
  profileId: string;
  lon: number;
  lat: number;
}
const STANDS = {
  air: { mn: 'AIR330483001', name: '桐乡空气自动站', profileId: 'demo-station', lon: 120.551, lat: 30.632 },
  water: { mn: 'WATER330483001', name: '京杭运河水质自动站', profileId: 'demo-station', lon: 120.535, lat: 30.641 },
  meter: { mn: 'METER330483001', name: '工业园区用电监控', profileId: 'demo-meter', lon: 120.563, lat: 30.618 },
  camera: { mn: 'CAMERA330483001', name: '工业园区高空摄像机', profileId: 'demo-camera', lon: 120.561, lat: 30.62 },
} satisfies Record<string, Stand>;

/** Mean and swing of what a station measures. */
const MEASURED: Record<'air' | 'water', Record<string, readonly [mean: number, swing: number, decimals: number]>> = {
  air: {
    a34004: [38, 20, 0],
    a34002: [61, 30, 0],
    a21026: [9, 4, 0],
    a21004: [32, 15, 0],
    a05024: [88, 55, 0],
    a21005: [0.8, 0.3, 1],
  },
  water: { w01001: [7.6, 0.3, 2], w01009: [6.9, 1.2, 2], w01010: [16, 3, 1], w21003: [0.62, 0.25, 3] },
};

/** The devices, with the secret that a registered device must have; they send by HTTP and never use it. */
export function stationDevices(seed: string): DeviceInput[] {
  return Object.values(STANDS).map(({ mn, name, profileId, lon, lat }) => ({
    ...{ mn, status: 'active', edition: '2017', bindings: [], addresses: [], missingFlagValid: true, profileId },
    station: { name, divisionCode: STATION_COUNTY, lon, lat },
    password: String(randomOf(seed, `station ${mn}`).integer(100_000, 999_999)),
  }));
}

/** Hourly means of both stations that are due at `now` after the hour `since` (its start, ms), oldest first. */
export function hourUploads(seed: string, since: number | undefined, now: number): Upload[] {
  const newest = Math.floor(now / HOUR) * HOUR - HOUR;
  const uploads: Upload[] = [];
  for (
    let hour = since === undefined ? newest - (HISTORY_HOURS - 1) * HOUR : since + HOUR;
    hour <= newest;
    hour += HOUR
  ) {
    for (const kind of ['air', 'water'] as const) {
      const random = randomOf(seed, `${kind} ${hour}`);
      const values = Object.entries(MEASURED[kind]).map(([code, [mean, swing, decimals]]) => {
        const daily = Math.sin((hour / HOUR / 24) * 2 * Math.PI);
        const value = Math.max(0, mean + swing * (0.6 * daily + 0.8 * (random.next() - 0.5)));
        return [code, { Avg: value.toFixed(decimals), Flag: 'N' }] as const;
      });
      uploads.push({ mn: STANDS[kind].mn, kind: 'hour', dataTime: isoTime(hour), values: Object.fromEntries(values) });
    }
  }
  return uploads;
}

/** What the meter and the camera say of a moment, in their makers' own words; the camera speaks when it sees something. */
export function momentUploads(seed: string, now: number): Upload[] {
  const second = Math.floor(now / 1_000);
  const random = randomOf(seed, `moment ${second}`);
  const power = 820_000 + Math.round(60_000 * (random.next() - 0.5));
  const uploads: Upload[] = [
    { mn: STANDS.meter.mn, payload: { ts: second, power, energy: Math.round((second - 1_700_000_000) / 3.6) * 820 } },
  ];
  if (random.next() < 0.05) {
    const events = [{ type: 'black-smoke', at: isoTime(second * 1_000), ringelmann: random.integer(1, 3) }];
    uploads.push({ mn: STANDS.camera.mn, payload: { events } });
  }
  return uploads;
}
