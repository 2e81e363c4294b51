import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import {
  type ActionName,
  type Actions,
  type ApiArea,
  actions,
  EVERYBODY,
  type Params,
  type WriteScope,
} from '@greenwatch/contracts';
import { type CallAction, requireRole } from '@greenwatch/kit';
import { type TObject, type TSchema, Type } from '@sinclair/typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  FastifySchema,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import { type Access, callerOf } from './authentication';
import { type ProblemStatus, problemResponses, ValidationProblem } from './problems';

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression<RawServerDefault>,
  RawReplyDefaultExpression<RawServerDefault>,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** What every route says of itself. */
export interface RouteNotes {
  summary: string;
  tag: string;
  operationId: string;
  description?: string;
  access: Access;
  params?: TObject;
  querystring?: TObject;
  body?: TObject;
  /** Answers that are no problem, by status. */
  answers: Record<number, object>;
  /** Problems beside those that any route may answer with. */
  problems?: ProblemStatus[];
}

/** A JSON answer. */
export const json = (schema: TSchema, description = 'OK') => ({
  description,
  content: { 'application/json': { schema } },
});

/** The schema and config of a route: one declaration for validation, serialization, access and the OpenAPI document. */
export function declare<N extends RouteNotes>(
  notes: N,
): { schema: FastifySchema & Parts<N>; config: { access: Access } } {
  const { access, summary, tag, description, operationId, params, querystring, body } = notes;
  const statuses = new Set<ProblemStatus>([400, 429, 500, 503, ...(notes.problems ?? [])]);
  if (!access.open) for (const status of [401, 403] as const) statuses.add(status);
  if (params) statuses.add(404);
  if (body) for (const status of [413, 415] as const) statuses.add(status);
  const schema: FastifySchema = {
    summary,
    description,
    tags: [tag],
    operationId,
    security: access.open ? [] : [{ session: [] }, ...(access.area || access.anyKey ? [{ apiKey: [] }] : [])],
    // A query where none is declared is refused as an unknown one would be.
    querystring: querystring ?? Type.Object({}, { additionalProperties: false }),
    ...(params ? { params } : {}),
    ...(body ? { body } : {}),
    response: { ...notes.answers, ...problemResponses(...[...statuses].sort()) },
  };
  // What is in the notes is in the schema, under the same names: so the type provider sees what the handler gets.
  return { schema: schema as FastifySchema & Parts<N>, config: { access } };
}

type Parts<N extends RouteNotes> = Pick<N, Extract<keyof N, 'params' | 'querystring' | 'body'>>;

interface ActionRoute<K extends ActionName> {
  method: 'GET' | 'POST';
  /** Parameters in the path (`:id`) are named as the action names them. */
  url: string;
  action: K;
  summary: string;
  tag: string;
  area: ApiArea;
  description?: string;
  bodyLimit?: number;
  writeScope?: WriteScope;
}

/** A route that passes to an action: what the path does not hold of its parameters is the query, or the body of a POST. */
export function actionRoute<K extends ActionName>(app: App, call: CallAction, route: ActionRoute<K>): void {
  const { method, url, action, summary, tag, area, bodyLimit } = route;
  const contract = actions[action];
  const inPath = [...url.matchAll(/:(\w+)/g)].map(([, name]) => name as string);
  const all = contract.params as TObject;
  const rest = Type.Omit(all, inPath);
  const reads = method === 'GET';
  const hasBody = !reads && Object.keys(rest.properties).length > 0;
  const declaration = declare({
    summary,
    description: descriptionOf(action, route.description),
    tag,
    operationId: operationIdOf(action),
    access: { area, ...(route.writeScope ? { writeScope: route.writeScope } : {}) },
    ...(inPath.length > 0 ? { params: Type.Pick(all, inPath) } : {}),
    ...(reads ? { querystring: rest } : {}),
    ...(hasBody ? { body: rest } : {}),
    answers: { 200: json(contract.result) },
    problems: reads ? [404, 422] : [404, 409, 413, 415, 422],
  });
  app.route({
    method,
    url,
    ...(bodyLimit ? { bodyLimit } : {}),
    ...declaration,
    preValidation: async (request) => {
      requireRole(callerOf(request), contract.roles);
      if (!reads && !hasBody) refuseBody(request);
    },
    handler: (request) => {
      const given = { ...(request.query as object), ...(request.body as object), ...(request.params as object) };
      // Validated above by the parts of the action's own schema.
      return call(action, given as Params<Actions[K]>, { as: callerOf(request) });
    },
  });
}

/** The action's name in one word. */
export function operationIdOf(action: ActionName): string {
  return action.replace(/\.(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** What is to be said of an action, with who may use it. */
export function descriptionOf(action: ActionName, said?: string): string | undefined {
  const { roles } = actions[action];
  const who = roles === EVERYBODY ? '' : `Roles: ${roles.filter((role) => role !== 'service').join(', ')}.`;
  return [said, who].filter(Boolean).join(' ') || undefined;
}

/** A command without parameters takes none silently either. */
function refuseBody(request: FastifyRequest): void {
  const { body } = request;
  if (typeof body !== 'object' || body === null) return;
  const errors = Object.keys(body).map((name) => ({ field: `body.${name}`, expected: 'is not known here' }));
  if (errors.length > 0) throw new ValidationProblem(errors);
}
