import { type PermitInput, usccProblem } from '@greenwatch/contracts';

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
