import type { Actions, Params } from '@greenwatch/contracts';
import type { ActionHandlers, Caller } from '@greenwatch/kit';
import { invalid, isoTime } from '@greenwatch/kit';
import { type TimeRange, within } from '../access';
import type { PacketStore } from '../packet.model';
import { align } from './align';
import { lttb, minMax } from './downsample';
import { fieldOf, readSeries, type Series, type Source } from './read-series';
import { statistics } from './statistics';

const POINTS = 1_000;

/** What the caller may see of a device, and of an outlet through its devices. Both throw 404. */
export interface Sight {
  visible(caller: Caller, mn: string): Promise<TimeRange[]>;
  throughBindings(caller: Caller, outletId: string): Promise<Source[]>;
  queryRange(from: string | undefined, to: string | undefined): TimeRange;
}

interface NamedLine {
  name: { outletId?: string; mn?: string; factor: string; field: string };
  line: Series;
}

/** Lines for charts, and the same in numbers. */
export function lineActions(store: PacketStore, { visible, throughBindings, queryRange }: Sight) {
  type Asked = Params<Actions['readings.line.statistics']>;

  async function read(asked: Asked, caller: Caller): Promise<NamedLine[]> {
    const { outletId = [], mn = [], kind, factor } = asked;
    if (outletId.length + mn.length === 0) throw invalid('outletId', 'or mn must name at least one');
    const range = queryRange(asked.from, asked.to);
    const field = asked.field ?? fieldOf(kind);
    const factors = [...new Set(factor)];
    const places = [
      ...[...new Set(outletId)].map((id) => ({ name: { outletId: id }, sources: throughBindings(caller, id) })),
      ...[...new Set(mn)].map((id) => ({
        name: { mn: id },
        sources: visible(caller, id).then((ranges) => [{ mn: id, ranges }]),
      })),
    ];
    // Who may not see one of them gets nothing.
    const sources = await Promise.all(places.map((place) => place.sources));
    const lines: NamedLine[] = [];
    for (const [at, { name }] of places.entries()) {
      const inRange = (sources[at] ?? []).map((one) => ({ mn: one.mn, ranges: within(one.ranges, range) }));
      const read = await readSeries(store, inRange, kind, factors, field);
      for (const [which, line] of read.entries()) {
        lines.push({ name: { ...name, factor: factors[which] as string, field }, line });
      }
    }
    return lines;
  }

  return {
    async 'readings.line.list'({ points = POINTS, method = 'lttb', ...asked }, { caller }) {
      const lines = await read(asked, caller);
      const { from, to } = queryRange(asked.from, asked.to);
      const chosen = lines.map(({ line }) => {
        // A flag without a value is shown as long as nothing is left out.
        if (line.times.length <= points) return line.times.map((_, i) => i);
        return method === 'lttb' ? lttb(line, points) : minMax(line, points, from, to);
      });
      const aligned = align(
        lines.map(({ line }) => line),
        chosen,
      );
      return {
        kind: asked.kind,
        times: aligned.times.map(isoTime),
        lines: lines.map(({ name, line }, at) => ({
          ...name,
          values: aligned.lines[at]?.values ?? [],
          flags: aligned.lines[at]?.flags ?? [],
          stored: line.times.length,
        })),
        sampled: lines.some(({ line }, at) => (chosen[at]?.length ?? 0) < line.times.length),
      };
    },

    async 'readings.line.statistics'(asked, { caller }) {
      const lines = await read(asked, caller);
      return lines.map(({ name, line }) => {
        const { min, max, ...rest } = statistics(line);
        return {
          ...name,
          ...rest,
          ...(min && max
            ? { min: { value: min.value, at: isoTime(min.at) }, max: { value: max.value, at: isoTime(max.at) } }
            : {}),
        };
      });
    },
  } satisfies ActionHandlers;
}
