import type { Gateway } from '../gateway';
import { type App, actionRoute } from '../route';

/** Commands to devices (HJ 212): asked, listed with their states, taken back; keys of HJ 212-2025. */
export function commandRoutes(app: App, { kit }: Gateway): void {
  const { call } = kit;
  const commands = { tag: 'commands', area: 'ingestion' } as const;
  actionRoute(app, call, {
    ...commands,
    method: 'GET',
    url: '/commands/kinds',
    action: 'ingestion.command.kinds',
    summary: 'What devices of an edition can be asked and told, with the parameters of each',
  });
  actionRoute(app, call, {
    ...commands,
    method: 'POST',
    url: '/devices/:mn/commands',
    action: 'ingestion.command.ask',
    summary: 'Ask or tell a device',
    description:
      'Queued until the device is connected and free; then sent, and sent again by the figures of the standard. What changes ' +
      'or operates a device needs an administrator or a supervisor.',
  });
  actionRoute(app, call, {
    ...commands,
    method: 'GET',
    url: '/commands',
    action: 'ingestion.command.list',
    summary: 'Commands to devices, the newest first',
  });
  actionRoute(app, call, {
    ...commands,
    method: 'GET',
    url: '/commands/:id',
    action: 'ingestion.command.get',
    summary: 'A command with what became of it',
  });
  actionRoute(app, call, {
    ...commands,
    method: 'POST',
    url: '/commands/:id/cancel',
    action: 'ingestion.command.cancel',
    summary: 'Take back a command that still waits for its device',
  });
  actionRoute(app, call, {
    ...commands,
    method: 'POST',
    url: '/devices/:mn/key',
    action: 'ingestion.key.set',
    summary: 'Set the SM4 key of a device of HJ 212-2025',
    description:
      'The key that was agreed on when the device was taken into use; later ones are made here every 90 days.',
  });
}
