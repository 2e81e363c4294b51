import { readingsFacts, rulesFacts } from '@greenwatch/contracts';
import { applyNewest, onFact } from '@greenwatch/kit';
import { type Connection, type Model, Schema } from 'mongoose';
import type { Part } from './part';
import type { PermitModels } from './permit.model';
import { markDirty } from './registry-copies';

/** What one outlet discharged on one day: copy of readings' DayTotalled. Masses in kg, flow in m3, times in ms. */
export interface DayTotal {
  _id: string;
  sequence: number;
  outletId: string;
  enterpriseId: string;
  medium: string;
  day: number;
  hours: number;
  flow: number;
  factors: { factor: string; mass: number; hours: number }[];
  productionKwh: number;
  treatmentKwh: number;
}

/** Mass put in for what is missing of an outlet's month: copy of readings' MonthTotalled. It comes on top of the days. */
export interface MonthSubstitution {
  _id: string;
  sequence: number;
  outletId: string;
  enterpriseId: string;
  month: number;
  factors: { factor: string; mass: number }[];
}

/** Copy of an alarm that says a limit was exceeded (EXC_H, EXC_D). */
export interface Exceedance {
  _id: string;
  sequence: number;
  code: string;
  enterpriseId: string;
  outletId: string;
  factor: string;
  active: boolean;
  history: boolean;
  startedAt: number;
  multiple: number;
  value: string;
  limit: number;
  unit: string;
}

export interface Observations {
  totals: Model<DayTotal>;
  substitutions: Model<MonthSubstitution>;
  exceedances: Model<Exceedance>;
}

export function observations(db: Connection): Observations {
  const total = new Schema<DayTotal>(
    {
      _id: String,
      sequence: Number,
      outletId: String,
      enterpriseId: String,
      medium: String,
      day: Number,
      hours: Number,
      flow: Number,
      factors: [new Schema({ factor: String, mass: Number, hours: Number }, { _id: false, id: false })],
      productionKwh: Number,
      treatmentKwh: Number,
    },
    { collection: 'day_totals', versionKey: false },
  );
  total.index({ enterpriseId: 1, day: 1 });
  const substitution = new Schema<MonthSubstitution>(
    { _id: String, sequence: Number, outletId: String, enterpriseId: String, month: Number, factors: Array },
    { collection: 'month_substitutions', versionKey: false },
  );
  substitution.index({ enterpriseId: 1, month: 1 });
  const exceedance = new Schema<Exceedance>(
    {
      _id: String,
      sequence: Number,
      code: String,
      enterpriseId: String,
      outletId: String,
      factor: String,
      active: Boolean,
      history: Boolean,
      startedAt: Number,
      multiple: Number,
      value: String,
      limit: Number,
      unit: String,
    },
    { collection: 'exceedances', versionKey: false },
  );
  exceedance.index({ enterpriseId: 1, active: 1 });
  return {
    totals: db.model<DayTotal>('DayTotal', total),
    substitutions: db.model<MonthSubstitution>('MonthSubstitution', substitution),
    exceedances: db.model<Exceedance>('Exceedance', exceedance),
  };
}

/** Keeps what was measured: the newest of each outlet and day, the newest state of each exceedance. */
export function observationsPart(models: PermitModels, { totals, substitutions, exceedances }: Observations): Part {
  return {
    facts: {
      'facts.readings.day.totalled': onFact(readingsFacts.DayTotalled, async (fact, session) => {
        const { data } = fact;
        const factors = data.factors.map(({ factor, mass, hours }) => ({ factor, mass, hours }));
        if (await applyNewest(totals, fact.entity, fact.sequence, { ...data, factors }, session)) {
          await markDirty(models, [data.enterpriseId], session);
        }
      }),

      'facts.readings.month.totalled': onFact(readingsFacts.MonthTotalled, async (fact, session) => {
        const { outletId, enterpriseId, month } = fact.data;
        const factors = fact.data.factors.map(({ factor, mass }) => ({ factor, mass }));
        const fields = { outletId, enterpriseId, month, factors };
        if (await applyNewest(substitutions, fact.entity, fact.sequence, fields, session)) {
          await markDirty(models, [enterpriseId], session);
        }
      }),

      'facts.rules.alarm.*': onFact(rulesFacts.AlarmChanged, async (fact, session) => {
        const { data } = fact;
        if (!data.code.startsWith('EXC_')) return;
        const { code, enterpriseId, outletId, factor, active, history, startedAt, multiple } = data;
        const { value = '', limit = 0, unit = '' } = data.evidence.at(-1) ?? {};
        const fields = {
          code,
          enterpriseId,
          outletId,
          factor,
          active,
          history,
          startedAt,
          multiple,
          value,
          limit,
          unit,
        };
        if (await applyNewest(exceedances, fact.entity, fact.sequence, fields, session)) {
          await markDirty(models, [enterpriseId], session);
        }
      }),
    },
  };
}
