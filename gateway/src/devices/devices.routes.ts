import { actions, DeviceSheet } from '@greenwatch/contracts';
import { requireRole } from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';
import { callerOf } from '../authentication';
import type { Gateway } from '../gateway';
import { receiveSheet, UPLOAD_LIMIT } from '../receive-sheet';
import { type App, actionRoute, declare, json } from '../route';

/** Devices as ingestion sees them, what is blocked, their passwords, and devices from sheets. */
export function deviceRoutes(app: App, { kit }: Gateway): void {
  const { call } = kit;
  const states = { method: 'GET', tag: 'devices', area: 'ingestion' } as const;
  actionRoute(app, call, {
    ...states,
    url: '/devices/states',
    action: 'ingestion.device.list',
    summary: 'Devices with their state: connected, last seen, accepted and refused by cause, clock',
    description: 'Counts are of the days `from` to `to`, and at most a minute old.',
  });
  actionRoute(app, call, {
    ...states,
    url: '/devices/summary',
    action: 'ingestion.device.summary',
    summary: 'How many devices are there and connected, and what came of their packets',
  });
  actionRoute(app, call, {
    ...states,
    url: '/devices/:mn/state',
    action: 'ingestion.device.get',
    summary: 'The state of a device, with its counts by the hour',
  });
  actionRoute(app, call, {
    ...states,
    url: '/devices/blocks',
    action: 'ingestion.block.list',
    summary: 'Devices and addresses that are blocked after repeated wrong passwords',
  });
  actionRoute(app, call, {
    ...states,
    method: 'POST',
    url: '/devices/blocks/lift',
    action: 'ingestion.block.lift',
    summary: 'Lift a block before its time',
  });

  const registry = { tag: 'devices', area: 'registry' } as const;
  actionRoute(app, call, {
    ...registry,
    method: 'POST',
    url: '/devices/:mn/password',
    action: 'registry.device.rotate',
    summary: 'Give a device a new password',
    description: 'The answer is the only one that shows it. The old password stays good for `keepHours`.',
  });
  actionRoute(app, call, {
    ...registry,
    method: 'GET',
    url: '/devices/sheets',
    action: 'registry.deviceSheet.list',
    summary: 'Sheets of devices that were uploaded, newest first',
  });
  actionRoute(app, call, {
    ...registry,
    method: 'GET',
    url: '/devices/sheets/:id',
    action: 'registry.deviceSheet.get',
    summary: 'A sheet of devices with what each row would do and its errors',
  });
  actionRoute(app, call, {
    ...registry,
    method: 'POST',
    url: '/devices/sheets/:id/commit',
    action: 'registry.deviceSheet.commit',
    summary: 'Take over what a sheet holds, as a job',
  });

  const upload = actions['registry.deviceSheet.upload'];
  app.post(
    '/devices/sheets',
    {
      ...declare({
        summary: 'Upload a sheet of devices',
        description:
          'multipart/form-data with one file part `sheet`, CSV or XLSX, at most 16 MiB. The answer says what it would change; ' +
          `nothing changes before it is committed. Roles: ${upload.roles.filter((role) => role !== 'service').join(', ')}.`,
        tag: 'devices',
        operationId: 'registryDeviceSheetUpload',
        access: {},
        answers: { 201: json(DeviceSheet, 'Read; look at its rows') },
        problems: [409, 413, 415, 422],
      }),
      bodyLimit: UPLOAD_LIMIT,
      preValidation: async (request) => requireRole(callerOf(request), upload.roles),
    },
    async (request, reply) => {
      const sheet = await receiveSheet(request, (filename, stream, timeoutMs) =>
        call('registry.deviceSheet.upload', { filename }, { as: callerOf(request), stream, timeoutMs }),
      );
      return reply.code(201).send(sheet);
    },
  );

  const template = actions['registry.deviceSheet.template'];
  app.get(
    '/devices/template',
    declare({
      summary: 'An empty sheet of devices with headings',
      description: `Roles: ${template.roles.filter((role) => role !== 'service').join(', ')}.`,
      tag: 'devices',
      operationId: 'registryDeviceSheetTemplate',
      access: { area: 'registry' },
      querystring: template.params,
      answers: {
        200: {
          description: 'The file',
          content: { 'application/octet-stream': { schema: Type.String({ format: 'binary' }) } },
        },
      },
      problems: [422],
    }),
    async (request, reply) => {
      requireRole(callerOf(request), template.roles);
      const file = await call('registry.deviceSheet.template', request.query, { as: callerOf(request) });
      return reply
        .type(file.contentType)
        .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.filename)}`)
        .send(Buffer.from(file.content, 'base64'));
    },
  );
}
