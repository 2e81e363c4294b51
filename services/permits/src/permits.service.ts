import { defineService } from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';
import { CheckStore } from './check-store';
import { dutyPart } from './duty-actions';
import { observations, observationsPart } from './observations';
import { join } from './part';
import { permitModels } from './permit.model';
import { permitPart } from './permit-actions';
import { PermitStore } from './permit-store';
import { projectPart } from './project-actions';
import { registryCopies, registryPart } from './registry-copies';

/** Discharge permits, what they oblige to, and whether it is kept (domain.md 3). */
export const permitsService = defineService({
  name: 'permits',
  config: Type.Object({}),

  create(kit) {
    const models = permitModels(kit.db);
    const copies = registryCopies(kit.db);
    const seen = observations(kit.db);
    const checks = new CheckStore(kit);
    const store = new PermitStore(kit, models);
    return join([
      registryPart(kit, models, copies, store),
      observationsPart(models, seen),
      permitPart(kit, models, store),
      projectPart(kit, models, checks),
      dutyPart(kit, models, checks),
    ]);
  },
});
