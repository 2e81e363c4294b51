import { type ActionName, type Actions, actions, type Params } from '@greenwatch/contracts';
import { type TObject, Type } from '@sinclair/typebox';
import type { Gateway } from './gateway';
import { publicCaller } from './public-caller';
import { type App, declare, json } from './route';

interface PublicRoute<K extends ActionName> {
  method: 'GET' | 'POST';
  /** Below `/public`; parameters in the path are named as the action names them. */
  url: string;
  action: K;
  summary: string;
  description?: string;
  /** Of a POST that makes something: 201. */
  status?: 200 | 201;
}

/** A route for anybody without log-in that passes to an action whose roles name the public. */
export function publicRoute<K extends ActionName>(app: App, gateway: Gateway, route: PublicRoute<K>): void {
  const { method, url, action, summary, description, status = 200 } = route;
  const contract = actions[action];
  if (!(contract.roles as readonly string[]).includes('public')) throw new Error(`${action} is not for the public`);
  const inPath = [...url.matchAll(/:(\w+)/g)].map(([, name]) => name as string);
  const all = contract.params as TObject;
  const rest = Type.Omit(all, inPath);
  const reads = method === 'GET';
  app.route({
    method,
    url: `/public${url}`,
    ...declare({
      summary,
      description,
      tag: 'public',
      operationId: action.replace(/\.(\w)/g, (_, letter: string) => letter.toUpperCase()),
      access: { open: true },
      ...(inPath.length > 0 ? { params: Type.Pick(all, inPath) } : {}),
      ...(reads ? { querystring: rest } : { body: rest }),
      answers: { [status]: json(contract.result) },
      problems: reads ? [404, 422] : [404, 409, 413, 415, 422],
    }),
    handler: async (request, reply) => {
      const given = { ...(request.query as object), ...(request.body as object), ...(request.params as object) };
      // Validated above by the parts of the action's own schema.
      const as = publicCaller(gateway, request);
      reply.code(status);
      return gateway.kit.call(action, given as Params<Actions[K]>, { as });
    },
  });
}
