import { useOwnFactors } from '@greenwatch/hj212';
import { defineService, ownFactors } from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';
import { checkPart } from './check-actions';
import { CheckStore } from './check-store';
import { Checks } from './checks';
import { dutyPart } from './duty-actions';
import { DutyConfig } from './duty-settings';
import { observations, observationsPart } from './observations';
import { join } from './part';
import { permitModels } from './permit.model';
import { permitPart } from './permit-actions';
import { PermitStore } from './permit-store';
import { projectPart } from './project-actions';
import { registryCopies, registryPart } from './registry-copies';
import { sheetModels } from './sheet.model';
import { sheetPart } from './sheet-actions';
import { SheetJobs } from './sheet-job';

/** Discharge permits, what they oblige to, and whether it is kept (domain.md 3). */
export const permitsService = defineService({
  name: 'permits',
  config: Type.Object({
    ...DutyConfig.properties,
    SWEEP_HOUR: Type.Integer({
      minimum: 0,
      maximum: 23,
      default: 1,
      description: 'hour of the day (UTC+8) of all checks',
    }),
    SHEET_MAX_BYTES: Type.Integer({ minimum: 1, default: 50 * 1_048_576, description: 'largest sheet that is taken' }),
    SHEET_MAX_UNPACKED_BYTES: Type.Integer({ minimum: 1, default: 400 * 1_048_576, description: 'of a packed sheet' }),
    SHEET_MAX_ROWS: Type.Integer({ minimum: 1, default: 300_000 }),
  }),

  create(kit) {
    const models = permitModels(kit.db);
    const copies = registryCopies(kit.db);
    const seen = observations(kit.db);
    const checks = new CheckStore(kit);
    const store = new PermitStore(kit, models);
    const judging = new Checks(kit, models, copies, seen, checks);
    const sheets = sheetModels(kit.db);
    const jobs = new SheetJobs(kit, sheets, models, copies, store, {
      rows: kit.config.SHEET_MAX_ROWS,
      unpacked: kit.config.SHEET_MAX_UNPACKED_BYTES,
    });
    const { taken, started, stopped } = ownFactors(kit, useOwnFactors);
    return join([
      { facts: { 'facts.registry.factor.changed': taken }, started, stopped },
      registryPart(kit, models, copies, store),
      observationsPart(models, seen),
      permitPart(kit, models, store),
      sheetPart(kit, sheets, jobs),
      checkPart(kit, models, checks, judging),
      projectPart(kit, models, seen, checks),
      dutyPart(kit, models, seen, checks),
    ]);
  },
});
