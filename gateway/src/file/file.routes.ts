import { EnterpriseFile, Id } from '@greenwatch/contracts';
import { Type } from '@sinclair/typebox';
import { callerOf } from '../authentication';
import type { Gateway } from '../gateway';
import { type App, declare, json } from '../route';
import { gatherFile } from './gather';

/** One enterprise, one file. */
export function fileRoutes(app: App, { kit, mapModels }: Gateway): void {
  app.get(
    '/enterprises/:id/file',
    declare({
      summary: "An enterprise's file with its timeline",
      description: 'A part whose service does not answer is named in `missing`; the rest stands.',
      tag: 'file',
      operationId: 'getEnterpriseFile',
      access: { area: 'file' },
      params: Type.Object({ id: Id }, { additionalProperties: false }),
      answers: { 200: json(EnterpriseFile) },
    }),
    (request) => gatherFile(kit, mapModels, request.params.id, callerOf(request)),
  );
}
