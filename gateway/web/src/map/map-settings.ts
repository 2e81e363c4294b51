/**
 * What a deployer sets of the map, in `map-settings.json` beside the pages: the approved map's review number (审图号) and, where it
 * has one, its raster tiles. Without it the console shows outlines for demonstration and says so.
 */
export interface MapSettings {
  /** GB/T 2260 code of the deployment's province: whose city outlines are drawn */
  province: string;
  /** 审图号 of the approved map; empty: none set */
  reviewNumber: string;
  /** raster tile addresses with {z}/{x}/{y}, in CGCS2000 or WGS 84 web mercator (such as 天地图, not GCJ-02) */
  tiles: string[];
  attribution: string;
}

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : [];
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Reads the settings; what is missing or of a wrong type counts as not set. */
export function readMapSettings(json: unknown): MapSettings {
  const given = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>;
  return {
    province: text(given.province),
    reviewNumber: text(given.reviewNumber),
    tiles: texts(given.tiles),
    attribution: text(given.attribution),
  };
}

export async function fetchMapSettings(): Promise<MapSettings> {
  const response = await fetch('/map-settings.json');
  return readMapSettings(response.ok ? await response.json().catch(() => undefined) : undefined);
}
