import type { ActionHandlers, FactHandler, FactHandlers } from '@greenwatch/kit';

/** One part of this service: what it answers, what it takes, what runs beside. */
export interface Part {
  actions?: ActionHandlers;
  facts?: FactHandlers;
  prepare?(): Promise<void>;
  started?(): Promise<void>;
  stopped?(): Promise<void>;
}

/** Parts as one. Several may take the same fact: they then do so in the order of the parts, in one transaction. */
export function join(parts: readonly Part[]) {
  const taking = new Map<string, FactHandler[]>();
  for (const part of parts) {
    for (const [subject, handler] of Object.entries(part.facts ?? {})) {
      taking.set(subject, [...(taking.get(subject) ?? []), handler]);
    }
  }
  return {
    actions: Object.assign({}, ...parts.map((part) => part.actions)) as ActionHandlers,
    facts: Object.fromEntries([...taking].map(([subject, handlers]) => [subject, inOrder(handlers)])),
    async prepare() {
      for (const part of parts) await part.prepare?.();
    },
    async started() {
      for (const part of parts) await part.started?.();
    },
    async stopped() {
      for (const part of parts) await part.stopped?.();
    },
  };
}

function inOrder(handlers: FactHandler[]): FactHandler {
  const [only] = handlers;
  if (handlers.length === 1 && only) return only;
  return {
    mode: 'transaction',
    async handle(envelope, subject, session) {
      for (const handler of handlers) await handler.handle(envelope, subject, session);
    },
  };
}
