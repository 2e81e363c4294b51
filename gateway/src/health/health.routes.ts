import { actions, SystemHealth } from '@greenwatch/contracts';
import { DomainError, isoTime } from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';
import type { Gateway } from '../gateway';
import { type App, declare, json } from '../route';

const text = (description: string) => ({ description, content: { 'text/plain': { schema: Type.String() } } });

/** The same answers as on the health port, for who sees only this one. */
export function healthRoutes(app: App, { missing }: Gateway): void {
  app.get(
    '/livez',
    declare({
      summary: 'The process works',
      tag: 'health',
      operationId: 'livez',
      access: { open: true },
      answers: { 200: text('It does') },
    }),
    async (_, reply) => reply.type('text/plain').send('ok\n'),
  );
  app.get(
    '/readyz',
    declare({
      summary: 'The gateway can do its job',
      tag: 'health',
      operationId: 'readyz',
      access: { open: true },
      answers: { 200: text('It can') },
    }),
    async (_, reply) => {
      const absent = await missing();
      if (absent.length === 0) return reply.type('text/plain').send('ready\n');
      throw new DomainError('NOT_READY', `Missing: ${absent.join(', ')}.`, 503);
    },
  );
}

/** Every service that has actions, but the gateway, without which nobody could ask. */
const SERVICES = [...new Set(Object.keys(actions).map((name) => name.split('.')[0] as string))]
  .filter((name) => name !== 'gateway')
  .sort();

/** What of the whole is missing, for the people at their pages. */
export function systemHealthRoutes(app: App, { kit }: Gateway): void {
  app.get(
    '/health',
    declare({
      summary: 'Which services answer',
      tag: 'health',
      operationId: 'getSystemHealth',
      access: { anyKey: true },
      answers: { 200: json(SystemHealth) },
    }),
    async () => {
      const peers = kit.peers();
      const services = SERVICES.map((name) => ({ name, available: peers.includes(name) }));
      const missing = services.filter(({ available }) => !available).map(({ name }) => name);
      return { at: isoTime(kit.now()), services, missing };
    },
  );
}
