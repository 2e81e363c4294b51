import { readingsGrpc, readingsLog } from '@greenwatch/contracts';
import { type Client, grpcMetadata, isoTime } from '@greenwatch/kit';
import { credentials } from '@grpc/grpc-js';
import { FACTORS, mnOf } from './bench-frames';
import { ACKED, NOT_SENT } from './load-messages';

export interface Verdict {
  /** Packets that were sent at least once. */
  attempted: number;
  /** Those of them that got their 9014. */
  acknowledged: number;
  /** Those that are in the export with all factors. */
  stored: number;
  /** Acknowledged and not stored: must be none. */
  lost: number;
  /** In the export and never sent: must be none. */
  unexpected: number;
  /** In the export more than once, or revised though every packet has one content: must be none. */
  duplicated: number;
  /** The first of those lost and unexpected, `MN time` each. */
  examples: { lost: string[]; unexpected: string[] };
}

const EXAMPLES = 100;
const { KIND_REALTIME } = readingsLog.Kind;

/** What one load did: for each device one byte a frame, NOT_SENT, SENT or ACKED; frame i is of `firstTime` + i seconds. */
export interface Sent {
  states: readonly Uint8Array[];
  firstTime: number;
}

/** Holds what the devices did, in one load or several at different times, against the export of readings. */
export async function checkExactlyOnce(client: Client, address: string, ...loads: Sent[]): Promise<Verdict> {
  const verdict: Verdict = {
    ...{ attempted: 0, acknowledged: 0, stored: 0, lost: 0, unexpected: 0, duplicated: 0 },
    examples: { lost: [], unexpected: [] },
  };
  const found = (what: 'lost' | 'unexpected', mn: string, time: number) => {
    verdict[what]++;
    if (verdict.examples[what].length < EXAMPLES) verdict.examples[what].push(`${mn} ${isoTime(time)}`);
  };
  const devices = new Map<string, { frames: Uint8Array; seen: Uint8Array; firstTime: number }[]>();
  for (const { states, firstTime } of loads) {
    for (const [device, frames] of states.entries()) {
      const sent = { frames, seen: new Uint8Array(frames.length), firstTime };
      devices.set(mnOf(device), [...(devices.get(mnOf(device)) ?? []), sent]);
    }
  }
  const readings = new readingsGrpc.ReadingsServiceClient(address, credentials.createInsecure());
  try {
    const request = { mns: [...devices.keys()], kinds: [KIND_REALTIME], from: 0, to: 0 };
    const answers = readings.export(request, await grpcMetadata(client.identity, client.identity.self));
    for await (const { moments } of answers as AsyncIterable<readingsGrpc.Moments>) {
      for (const { mn, dataTime, factors, revisions } of moments) {
        const frameIn = ({ firstTime }: { firstTime: number }) => (dataTime - firstTime) / 1_000;
        const sent = devices.get(mn)?.find((load) => (load.frames[frameIn(load)] ?? NOT_SENT) !== NOT_SENT);
        if (!sent) {
          found('unexpected', mn, dataTime);
          continue;
        }
        const frame = frameIn(sent);
        if (sent.seen[frame] !== 0 || revisions > 0) verdict.duplicated++;
        // Half a packet is not the packet.
        if (FACTORS.every((code) => factors.some((factor) => factor.code === code))) sent.seen[frame] = 1;
      }
    }
  } finally {
    readings.close();
  }
  for (const [mn, sent] of devices) {
    for (const { frames, seen, firstTime } of sent) {
      for (let frame = 0; frame < frames.length; frame++) {
        const state = frames[frame];
        if (state !== NOT_SENT) verdict.attempted++;
        if (state === ACKED) verdict.acknowledged++;
        if (seen[frame] === 1) verdict.stored++;
        else if (state === ACKED) found('lost', mn, firstTime + frame * 1_000);
      }
    }
  }
  return verdict;
}
