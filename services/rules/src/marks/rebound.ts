import type { Binding } from '../known-source.model';

/** Time of which a device now stands for an outlet, or no longer does; ms, `to` not included and infinite where it is open. */
export interface ReboundTime {
  outletId: string;
  from: number;
  to: number;
}

/** What of a binding says where its device stood, and when. */
export type Bound = Pick<Binding, 'outletId' | 'from' | 'to'>;

/** The times in which a device stands for an outlet by one of two lists of bindings and not by the other, by outlet and time. */
export function reboundTimes(before: readonly Bound[], after: readonly Bound[]): ReboundTime[] {
  const outletIds = [...new Set([...before, ...after].map(({ outletId }) => outletId))];
  return outletIds.flatMap((outletId) => {
    const of = (bindings: readonly Bound[]) => bindings.filter((one) => one.outletId === outletId);
    const [then, now] = [of(before), of(after)];
    const edges = [...new Set([...then, ...now].flatMap((one) => [one.from, endOf(one)]))].sort((a, b) => a - b);
    const times: ReboundTime[] = [];
    edges.slice(1).forEach((to, i) => {
      const from = edges[i] as number;
      if (stands(then, from) === stands(now, from)) return;
      const last = times.at(-1);
      if (last?.to === from) last.to = to;
      else times.push({ outletId, from, to });
    });
    return times;
  });
}

const endOf = ({ to }: Bound) => (to === 0 ? Number.POSITIVE_INFINITY : to);
const stands = (bindings: readonly Bound[], at: number) => bindings.some((one) => one.from <= at && at < endOf(one));
