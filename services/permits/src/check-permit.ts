import { type PermitInput, usccProblem } from '@greenwatch/contracts';
import { isoTime } from '@greenwatch/kit';
import { quotaKey } from './permit-content';

/** Permit number, 22 characters: credit code, sequence of the premises, identifier letter (HJ 608-2017). The letter is not derived. */
const NUMBER = /^[0-9A-HJ-NPQRTUWXY]{18}\d{3}[A-Z]$/;

export interface FieldProblem {
  field: string;
  expected: string;
}

/** What is wrong with a list of permits beyond its schema, field by field; empty when it may be taken in. */
export function checkPermits(permits: readonly PermitInput[]): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const ids = new Set<string>();
  const numbers = new Set<string>();
  permits.forEach((permit, i) => {
    const wrong = (field: string, expected: string) => problems.push({ field: `permits.${i}.${field}`, expected });
    if (ids.has(permit.id)) wrong('id', `expected once, but ${permit.id} stands in the list twice`);
    ids.add(permit.id);
    if (numbers.has(permit.number)) wrong('number', `expected once, but ${permit.number} stands in the list twice`);
    numbers.add(permit.number);
    const number = numberProblem(permit.number);
    if (number) wrong('number', number);
    if (!isBefore(permit.validFrom, permit.validTo)) wrong('validTo', 'expected a time after validFrom');
    const limits = new Set<string>();
    permit.limits.forEach((limit, n) => {
      if (limits.has(limit.id)) wrong(`limits.${n}.id`, `expected once, but ${limit.id} stands in the permit twice`);
      limits.add(limit.id);
      if (limit.validTo !== undefined && !isBefore(limit.validFrom, limit.validTo)) {
        wrong(`limits.${n}.validTo`, 'expected a time after validFrom');
      }
      if (limit.minimum !== undefined && limit.minimum >= limit.limit) {
        wrong(`limits.${n}.minimum`, `expected a value below the limit ${limit.limit}`);
      }
    });
    const codes = new Set<string>();
    (permit.outlets ?? []).forEach((outlet, n) => {
      if (codes.has(outlet.code)) wrong(`outlets.${n}.code`, `expected once, but ${outlet.code} stands there twice`);
      codes.add(outlet.code);
    });
    const quotas = new Set<string>();
    (permit.quotas ?? []).forEach((quota, n) => {
      const key = quotaKey(quota);
      if (quotas.has(key)) wrong(`quotas.${n}.factor`, 'expected one quota for a factor, outlet and year');
      quotas.add(key);
    });
  });
  return problems;
}

/** What is wrong with a permit number (HJ 608-2017 and GB 32100-2015), as "expected …". */
export function numberProblem(number: string): string | undefined {
  if (!NUMBER.test(number)) return 'expected 18 characters of a credit code, 3 digits and a letter (HJ 608-2017)';
  const uscc = usccProblem(number.slice(0, 18));
  return uscc && `first 18 characters: ${uscc}`;
}

const isBefore = (from: string, to: string) => Date.parse(from) < Date.parse(to);

/** What tells one permit from another when they might cover the same premises. Times in ms. */
export interface Coverage {
  id: string;
  number: string;
  enterpriseId: string;
  premises?: string;
  validFrom: number;
  validTo: number;
}

/** Credit code and sequence of the premises: the first 21 characters; the letter says nothing of the place (HJ 608-2017). */
export const premisesKey = (number: string) => number.slice(0, 21);

/**
 * One permit per premises (domain.md 3.2): what is wrong with a permit beside others, or undefined. Two permits of the same
 * premises (the same number but for its letter, or the same place of production of one enterprise) must not share a day.
 */
export function overlapProblem(permit: Coverage, others: readonly Coverage[]): FieldProblem | undefined {
  const other = others.find(
    (one) =>
      one.id !== permit.id &&
      samePremises(one, permit) &&
      permit.validFrom < one.validTo &&
      one.validFrom < permit.validTo,
  );
  if (!other) return undefined;
  const [from, to] = [isoTime(other.validFrom).slice(0, 10), isoTime(other.validTo).slice(0, 10)];
  return {
    field: 'validFrom',
    expected: `expected no day in common with permit ${other.id} (${other.number}) of the same premises, valid from ${from} to ${to}`,
  };
}

const samePremises = (a: Coverage, b: Coverage) =>
  premisesKey(a.number) === premisesKey(b.number) ||
  (a.enterpriseId === b.enterpriseId && a.premises !== undefined && a.premises === b.premises);
