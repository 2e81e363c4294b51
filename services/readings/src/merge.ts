import { decodeFields, type FactorReading } from '@greenwatch/hj212';

/** One stored packet with what orders it. */
export interface OrderedPacket {
  /** Data time, ms. */
  dataTime: number;
  /** Reception, ms. */
  receivedAt: number;
  /** Canonical text of its factors (`encodeFields` of packages/hj212). */
  fields: string;
  /** Sequence of the log message that carried it; packets of one message stand in their order. */
  sequence: number;
}

/** A value that a factor had, from the packet received at `receivedAt` (ms) until the next value. */
export interface Value {
  receivedAt: number;
  reading: FactorReading;
}

/** Everything known of one moment of one device and kind. */
export interface MergedMoment {
  /** ms */
  dataTime: number;
  /** Reception of the newest packet that changed the moment, ms. */
  receivedAt: number;
  /** How often a value was replaced by another one. */
  revisions: number;
  /** Every value of each factor, oldest first: the last one counts, the others are evidence. */
  factors: Map<string, Value[]>;
}

/**
 * Merges the stored packets of one device and kind into its moments, in the order of their data times (design.md 4:
 * a reading is device, kind, data time, factor).
 *
 * - Packets of one moment add up, factor by factor, in the order (received, log sequence).
 * - The same value again changes nothing, so it does not matter how often a packet was sent, logged or stored.
 * - A value that contradicts the one before is a revision: it counts, and the one before is kept.
 * - Fields that a factor did not have yet are added to its value: a packet may be split within a factor.
 *
 * A moment is taken apart when it is asked for: a day of one device may have tens of thousands.
 */
export function* mergePackets(packets: readonly OrderedPacket[]): Generator<MergedMoment> {
  let moment: MergedMoment | undefined;
  let lastText: string | undefined;
  for (const packet of inOrder(packets)) {
    const { dataTime, receivedAt, fields } = packet;
    if (moment?.dataTime !== dataTime) {
      if (moment) yield moment;
      moment = { dataTime, receivedAt, revisions: 0, factors: new Map() };
    } else if (fields === lastText) {
      // What devices send twice they nearly always send twice in a row: no need to take the text apart.
      continue;
    }
    lastText = fields;
    addPacket(moment, packet);
  }
  if (moment) yield moment;
}

/** The value that counts of each factor, in the order in which the factors were first sent. */
export function newestValues(moment: MergedMoment): FactorReading[] {
  return [...moment.factors.values()].flatMap((values) => values.at(-1)?.reading ?? []);
}

function inOrder(packets: readonly OrderedPacket[]): OrderedPacket[] {
  return packets.toSorted((a, b) => a.dataTime - b.dataTime || a.receivedAt - b.receivedAt || a.sequence - b.sequence);
}

function addPacket(moment: MergedMoment, { fields, receivedAt }: OrderedPacket): void {
  for (const reading of decodeFields(fields)) {
    const values = moment.factors.get(reading.factor);
    const last = values?.at(-1);
    if (!values || !last) {
      moment.factors.set(reading.factor, [{ receivedAt, reading }]);
    } else if (contradicts(last.reading, reading)) {
      values.push({ receivedAt, reading });
      moment.revisions++;
    } else {
      const added = reading.fields.filter(([name]) => textOf(last.reading, name) === undefined);
      if (added.length === 0) continue;
      last.reading = {
        ...last.reading,
        fields: [...last.reading.fields, ...added],
      };
    }
    moment.receivedAt = receivedAt;
  }
}

/** Whether a field that both have differs in its exact text: 12.3 and 12.30 are two values, for the text is evidence. */
function contradicts(before: FactorReading, after: FactorReading): boolean {
  if (before.original !== after.original) return true;
  return after.fields.some(([name, text]) => (textOf(before, name) ?? text) !== text);
}

function textOf(reading: FactorReading, field: string): string | undefined {
  for (const [name, text] of reading.fields) if (name === field) return text;
  return undefined;
}
