import type { ComplaintCategory, Medium, NearbySource } from '@greenwatch/contracts';
import { distanceMetres, type Point } from '@greenwatch/kit';

/** What one looks for first, by category; for the others every source is as likely. */
const MEDIUM_OF: Partial<Record<ComplaintCategory, Medium>> = { air: 'gas', odour: 'gas', water: 'water' };

export const NEARBY_METRES = 3_000;
export const NEARBY_COUNT = 10;

/** An outlet, or an enterprise (without `outletId`). */
export interface Source extends Point {
  enterpriseId: string;
  enterpriseName: string;
  outletId?: string;
  outletName?: string;
  medium?: Medium;
}

/** Names without what is usual in them, so that 某某热电 is found in 浙江某某热电有限公司. */
export const nameCore = (name: string | undefined) =>
  (name ?? '').normalize('NFKC').replace(/股份|有限|责任|公司|集团|厂|[\s()（）]/gu, '');

/** Whether the reporter's words name the enterprise. */
export function namesIt(words: string | undefined, enterpriseName: string): boolean {
  const said = nameCore(words);
  const name = nameCore(enterpriseName);
  return [...said].length >= 2 && (name.includes(said) || (name.length >= 2 && said.includes(name)));
}

/**
 * Sources that the complaint may be about: whom the reporter names first, then those that emit what it is about, each by
 * distance. An enterprise stands for itself only where none of its outlets does.
 */
export function proposals(
  about: Point & { category: ComplaintCategory; targetName?: string },
  sources: readonly Source[],
): NearbySource[] {
  const medium = MEDIUM_OF[about.category];
  const withOutlet = new Set(sources.filter(({ outletId }) => outletId).map(({ enterpriseId }) => enterpriseId));
  return sources
    .filter(({ outletId, enterpriseId }) => outletId || !withOutlet.has(enterpriseId))
    .map(({ lon, lat, ...source }) => ({
      ...source,
      distance: Math.round(distanceMetres(about, { lon, lat })),
      fits: medium === undefined || source.medium === undefined || source.medium === medium,
      named: namesIt(about.targetName, source.enterpriseName),
    }))
    .filter(({ distance, named }) => named || distance <= NEARBY_METRES)
    .sort((a, b) => Number(b.named) - Number(a.named) || Number(b.fits) - Number(a.fits) || a.distance - b.distance)
    .slice(0, NEARBY_COUNT);
}
