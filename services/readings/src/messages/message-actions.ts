import { type ActionHandlers, afterKey, invalid, pageOf } from '@greenwatch/kit';
import { within } from '../access';
import type { Sight } from '../series/line-actions';
import type { Messages } from './message.model';
import { toDeviceMessage } from './stored-message';

const PAGE = 100;

/** What devices said, as far as the caller sees them: of a device, or of an outlet whichever device stood for it. */
export function messageActions(messages: Messages, { visible, throughBindings, queryRange }: Sight) {
  return {
    async 'readings.message.list'({ mn, outletId, type, from, to, after, limit = PAGE }, { caller }) {
      if ((mn === undefined) === (outletId === undefined))
        throw invalid('mn', 'or outletId must be given, one of them');
      const range = queryRange(from, to);
      const [last] = afterKey(after, 1) ?? [];
      const sources =
        mn === undefined
          ? await throughBindings(caller, outletId as string)
          : [{ mn, ranges: await visible(caller, mn) }];
      const inRange = sources.map((one) => ({ mn: one.mn, ranges: within(one.ranges, range) }));
      const found = await messages.list(inRange, type, last, limit + 1);
      const page = pageOf(found, limit, ({ _id }) => [_id]);
      return { ...page, items: page.items.map(toDeviceMessage) };
    },
  } satisfies Partial<ActionHandlers>;
}
