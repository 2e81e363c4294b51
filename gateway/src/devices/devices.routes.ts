import type { Readable } from 'node:stream';
import { actions, DeviceSheet } from '@greenwatch/contracts';
import { Type } from '@sinclair/typebox';
import { callerOf } from '../authentication';
import type { Gateway } from '../gateway';
import { type App, actionRoute, declare } from '../route';
import { sheetRoutes } from '../sheet-routes';

const archive = actions['ingestion.archive.export'];

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

  app.get(
    '/devices/:mn/frames',
    declare({
      summary: 'What a device sent, as evidence',
      description:
        'Its raw frames by time of reception, from the archive, with their place in its chain of hashes, checked on the way. JSON by the ' +
        'line; a file without the line `end` is not whole. At most 31 days; who asks is kept in the audit.',
      tag: 'devices',
      operationId: 'ingestionArchiveExport',
      access: { area: 'ingestion' },
      params: Type.Pick(archive.params, ['mn'], { additionalProperties: false }),
      querystring: Type.Omit(archive.params, ['mn'], { additionalProperties: false }),
      answers: {
        200: { description: 'Lines', content: { 'application/x-ndjson': { schema: { type: 'string' } } } },
      },
      problems: [404, 422],
    }),
    async (request, reply) => {
      const { mn } = request.params;
      const content: Readable = await call(
        'ingestion.archive.export',
        { mn, ...request.query },
        { as: callerOf(request) },
      );
      reply.header('content-disposition', `attachment; filename="frames-${encodeURIComponent(mn)}.ndjson"`);
      return reply.type('application/x-ndjson').send(content);
    },
  );

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

  sheetRoutes(app, call, {
    tag: 'devices',
    area: 'registry',
    upload: {
      url: '/devices/sheets',
      action: 'registry.deviceSheet.upload',
      summary: 'Upload a sheet of devices',
      description: 'at most 16 MiB. The answer says what it would change; nothing changes before it is committed.',
      result: DeviceSheet,
      stored: 'Read; look at its rows',
    },
    template: {
      url: '/devices/template',
      action: 'registry.deviceSheet.template',
      summary: 'An empty sheet of devices with headings',
    },
  });
}
