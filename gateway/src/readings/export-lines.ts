import { KINDS, type Moment, type readingsGrpc } from '@greenwatch/contracts';
import { isoTime } from '@greenwatch/kit';

/** A moment of the gRPC export as the API shows it. */
export function momentOf(moment: readingsGrpc.Moment): Moment {
  // Codes come from devices: without a prototype, a code such as `__proto__` is a name like any other.
  const values: Moment['values'] = Object.create(null);
  for (const { code, fields } of moment.factors) {
    const factor: Record<string, string> = Object.create(null);
    for (const { name, value } of fields) factor[name] = value;
    values[code] = factor;
  }
  return {
    mn: moment.mn,
    // Kind 0 is "unspecified" in proto; the names follow in the same order.
    kind: KINDS[moment.kind - 1] ?? 'realtime',
    dataTime: isoTime(moment.dataTime),
    receivedAt: isoTime(moment.receivedAt),
    values,
    revisions: moment.revisions,
  };
}
