import type { DayMeans } from './means/day-mean';
import type { Medium } from './means/sent-value';

/** What an outlet discharged in a day. Flow in m3, masses in kg, electricity in kWh. */
export interface DayTotal {
  medium: Medium;
  hours: number;
  flow: number;
  factors: { factor: string; mass: number; hours: number; mean: number; max: number }[];
  productionKwh: number;
  treatmentKwh: number;
}

/**
 * Totals of one outlet's day from its means (domain.md 1.3, 1.5): factors whose mass is known of at least an hour. What is not
 * valid adds nothing: substitution is a rule of its own, and told apart (means/missing-mass.ts).
 */
export function dayTotal(means: DayMeans, medium: Medium): DayTotal {
  const { flow, flowHours, productionKwh, treatmentKwh } = means;
  const factors = means.factors
    .filter(({ massHours }) => massHours > 0)
    .map(({ factor, mass, massHours, value = 0, max = 0 }) => ({ factor, mass, hours: massHours, mean: value, max }));
  return { medium, hours: flowHours, flow, factors, productionKwh, treatmentKwh };
}
