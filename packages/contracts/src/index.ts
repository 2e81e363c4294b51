import { commandActions } from './commands';
import { complaintsActions } from './complaints';
import { creditActions } from './credit';
import { deviceSheetActions } from './device-sheets';
import { fraudActions } from './fraud';
import { gatewayActions } from './gateway';
import { ingestionActions } from './ingestion';
import { marksActions } from './marks';
import { meansActions } from './means';
import { notificationsActions } from './notifications';
import { permitsActions } from './permits';
import { permitsDutiesActions } from './permits-duties';
import { readingsActions } from './readings';
import { referenceActions } from './reference';
import { registryActions } from './registry';
import { rulesActions } from './rules';
import { taskingActions } from './tasking';
import { uploadActions } from './uploads';

/** Every Moleculer action of the system by its full name. */
export const actions = {
  ...registryActions,
  ...deviceSheetActions,
  ...referenceActions,
  ...permitsActions,
  ...permitsDutiesActions,
  ...ingestionActions,
  ...commandActions,
  ...uploadActions,
  ...readingsActions,
  ...meansActions,
  ...rulesActions,
  ...marksActions,
  ...taskingActions,
  ...fraudActions,
  ...complaintsActions,
  ...creditActions,
  ...notificationsActions,
  ...gatewayActions,
} as const;
export type Actions = typeof actions;
export type ActionName = keyof Actions;

export * from './action';
export * from './commands';
export * from './complaints';
export * from './credit';
export * from './device-sheets';
export * from './fraud';
export * from './gateway';
export * as complaintsFacts from './gen/greenwatch/complaints/v1/complaints';
export * as creditFacts from './gen/greenwatch/credit/v1/credit';
export * as fact from './gen/greenwatch/fact/v1/fact';
export * as fraudFacts from './gen/greenwatch/fraud/v1/fraud';
export * as ingestionFacts from './gen/greenwatch/ingestion/v1/ingestion';
export * as ingestionGrpc from './gen/greenwatch/ingestion/v1/push';
export * as notificationsFacts from './gen/greenwatch/notifications/v1/notifications';
export * as permitsFacts from './gen/greenwatch/permits/v1/permits';
export * as readingsLog from './gen/greenwatch/readings/v1/log';
export * as readingsGrpc from './gen/greenwatch/readings/v1/readings';
export * as readingsFacts from './gen/greenwatch/readings/v1/totals';
export * as registryFacts from './gen/greenwatch/registry/v1/registry';
export * as rulesFacts from './gen/greenwatch/rules/v1/rules';
export * as taskingFacts from './gen/greenwatch/tasking/v1/tasking';
export * from './ingestion';
export * from './marks';
export * from './means';
export { CSV_HEADER, exportLine } from './moment-lines';
export * from './notifications';
export * from './permits';
export * from './permits-duties';
export * from './readings';
export * from './reference';
export * from './registry';
export * from './rules';
export * from './schema';
export * from './tasking';
export * from './uploads';
export { organisationCheckCharacter, usccCheckCharacter, usccProblem } from './uscc';
