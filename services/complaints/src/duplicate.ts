import type { ComplaintCategory } from '@greenwatch/contracts';
import { distanceMetres, type Point } from '@greenwatch/kit';

/** domain.md 6 [D]: same category, ≤500 m or the same enterprise, ≤7 d, texts similar by ≥0.6. An officer confirms. */
export const DUPLICATE_METRES = 500;
export const DUPLICATE_MS = 7 * 24 * 3_600_000;
export const DUPLICATE_SIMILARITY = 0.6;

/** What of a complaint says whether another is about the same. */
export interface Matter extends Point {
  category: ComplaintCategory;
  text: string;
  enterpriseId?: string;
  /** Epoch ms. */
  receivedAt: number;
  /** The same for complaints of one phone number; absent for anonymous ones. */
  reporterKey?: string;
}

export interface Likeness {
  /** Metres. */
  distance: number;
  /** 0 to 1. */
  similarity: number;
  sameEnterprise: boolean;
  sameReporter: boolean;
}

/** Letters, digits and Chinese characters only, in one width and case: what is left when people write the same differently. */
const plain = (text: string) =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');

function pairs(text: string): Map<string, number> {
  const characters = [...text];
  const counts = new Map<string, number>();
  for (let i = 0; i + 1 < characters.length; i++) {
    const pair = `${characters[i]}${characters[i + 1]}`;
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  return counts;
}

/**
 * How alike two texts are, 0 to 1: twice the pairs of neighbouring characters they share over all their pairs (Dice). It
 * needs no dictionary and works for Chinese, where words have no spaces. Texts of one character are alike when equal.
 */
export function textSimilarity(a: string, b: string): number {
  const [first, second] = [plain(a), plain(b)];
  if (first === second) return first === '' ? 0 : 1;
  const [left, right] = [pairs(first), pairs(second)];
  let shared = 0;
  for (const [pair, count] of left) shared += Math.min(count, right.get(pair) ?? 0);
  const all = [...left.values(), ...right.values()].reduce((sum, count) => sum + count, 0);
  return all === 0 ? 0 : (2 * shared) / all;
}

/**
 * Whether `other` may be about the same as `one`, and by what. The same reporter with the same target needs no like text:
 * people tell a matter again in other words.
 */
export function likeness(one: Matter, other: Matter): Likeness | undefined {
  if (one.category !== other.category || Math.abs(one.receivedAt - other.receivedAt) > DUPLICATE_MS) return undefined;
  const distance = Math.round(distanceMetres(one, other));
  const sameEnterprise = one.enterpriseId !== undefined && one.enterpriseId === other.enterpriseId;
  const sameReporter = one.reporterKey !== undefined && one.reporterKey === other.reporterKey;
  if (distance > DUPLICATE_METRES && !sameEnterprise) return undefined;
  const similarity = Math.round(textSimilarity(one.text, other.text) * 100) / 100;
  if (similarity < DUPLICATE_SIMILARITY && !sameReporter) return undefined;
  return { distance, similarity, sameEnterprise, sameReporter };
}

/** Those of `others` that may be about the same, the likeliest first. */
export function likelyDuplicates<T extends Matter>(one: Matter, others: readonly T[]): (Likeness & { of: T })[] {
  return others
    .flatMap((other) => {
      const like = likeness(one, other);
      return like ? [{ ...like, of: other }] : [];
    })
    .sort((a, b) => b.similarity - a.similarity || a.distance - b.distance);
}
