import { Mn } from '@greenwatch/contracts';
import { DomainError, isoTime } from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';
import { type Visitor, visitorOf } from '../authentication';
import type { Gateway } from '../gateway';
import { type App, declare } from '../route';
import { EventStream } from './event-stream';

const BEAT_MS = 15_000;
/** Tabs and devices of one person; beyond that something opens streams and forgets them. */
const STREAMS_PER_CALLER = 20;

const EventsQuery = Type.Object(
  { mn: Type.Optional(Type.Array(Mn, { maxItems: 50, description: 'devices whose new readings are wanted' })) },
  { additionalProperties: false },
);

/** Live events for the pages. @returns ends every stream, for the stop of the gateway */
export function eventRoutes(app: App, { hub, kit }: Gateway): () => void {
  const open = new Map<EventStream, Visitor>();
  kit.metrics.read('greenwatch_sse_clients', () => open.size);
  const beats = setInterval(() => {
    for (const [stream, visitor] of open) {
      stream.beat();
      void visitor.isStillValid().then(
        (valid) => valid || stream.end('expired'),
        // MongoDB is away: nothing is known against the session.
        () => undefined,
      );
    }
  }, BEAT_MS);

  app.get(
    '/events',
    declare({
      summary: 'Live events (server-sent events)',
      description:
        'Events ready, alarm, task, notice, link, reading (of the devices in `mn`) and end, each with one line of JSON. ' +
        'Nothing is replayed: fetch again after a reconnect.',
      tag: 'events',
      operationId: 'listen',
      access: { area: 'events' },
      querystring: EventsQuery,
      answers: { 200: { description: 'The stream', content: { 'text/event-stream': { schema: { type: 'string' } } } } },
    }),
    async (request, reply) => {
      const visitor = visitorOf(request);
      const { caller } = visitor;
      const mine = [...open.values()].filter((other) => other.caller.id === caller.id).length;
      if (mine >= STREAMS_PER_CALLER) {
        throw new DomainError('TOO_MANY_REQUESTS', `There are ${mine} event streams open for this caller.`, 429);
      }
      const watching = await hub.visibleDevices(caller, request.query.mn ?? []);
      // The client may have gone meanwhile.
      if (request.raw.destroyed) return reply.hijack();
      reply.hijack();
      const stream = new EventStream(reply.raw);
      const listener = { caller, send: stream.send.bind(stream) };
      open.set(stream, visitor);
      reply.raw.once('close', () => {
        open.delete(stream);
        hub.leave(listener);
      });
      stream.open(reply.getHeaders() as Record<string, string>);
      hub.join(listener, watching);
      stream.send('ready', { at: isoTime(kit.now()), watching });
    },
  );

  return () => {
    clearInterval(beats);
    for (const stream of open.keys()) stream.end('stopping');
  };
}
