import { type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { mongo } from 'mongoose';

/** What servers ask each other, and what ends things: no work of ours. */
const SKIPPED = new Set(['hello', 'ismaster', 'ping', 'endSessions', 'killCursors', 'saslStart', 'saslContinue']);

/**
 * A span for each command to MongoDB that belongs to recorded work; polls of queues and leases begin no trace. It says command
 * and collection, never what is asked or written: that may be personal.
 */
export function traceCommands(client: mongo.MongoClient): void {
  const open = new Map<number, Span>();
  client.on('commandStarted', ({ requestId, commandName, databaseName, command }) => {
    if (SKIPPED.has(commandName) || !trace.getActiveSpan()?.isRecording()) return;
    const named: unknown = commandName === 'getMore' ? command.collection : command[commandName];
    const collection = typeof named === 'string' ? named : '';
    const span = trace.getTracer('greenwatch').startSpan(collection ? `${commandName} ${collection}` : commandName, {
      kind: SpanKind.CLIENT,
      attributes: {
        'db.system.name': 'mongodb',
        'db.namespace': databaseName,
        'db.operation.name': commandName,
        ...(collection ? { 'db.collection.name': collection } : {}),
      },
    });
    open.set(requestId, span);
  });
  const end = (requestId: number, error?: Error) => {
    const span = open.get(requestId);
    if (!span) return;
    open.delete(requestId);
    // Its name only: the message may hold values.
    if (error) span.setStatus({ code: SpanStatusCode.ERROR, message: error.name });
    span.end();
  };
  client.on('commandSucceeded', ({ requestId }) => end(requestId));
  client.on('commandFailed', ({ requestId, failure }) => end(requestId, failure));
}
