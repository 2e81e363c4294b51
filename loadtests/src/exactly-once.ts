import { readingsGrpc } from '@greenwatch/contracts';
import { type Client, grpcMetadata } from '@greenwatch/kit';
import { credentials } from '@grpc/grpc-js';
import { FACTORS, mnOf } from './bench-frames';

export interface Verdict {
  lost: number;
  duplicated: number;
}

/**
 * Holds what was acknowledged against the export of readings.
 * @param acked for each device one byte a frame, 1 where it was acknowledged; frame i is of `firstTime` + i seconds
 */
export async function checkExactlyOnce(
  client: Client,
  address: string,
  acked: readonly Buffer[],
  firstTime: number,
): Promise<Verdict> {
  const devices = new Map(acked.map((flags, device) => [mnOf(device), { flags, seen: new Uint8Array(flags.length) }]));
  const readings = new readingsGrpc.ReadingsServiceClient(address, credentials.createInsecure());
  let duplicated = 0;
  try {
    const request = { mns: [...devices.keys()], kinds: [], from: 0, to: 0 };
    const answers = readings.export(request, await grpcMetadata(client.identity, client.identity.self));
    for await (const { moments } of answers as AsyncIterable<readingsGrpc.Moments>) {
      for (const { mn, dataTime, factors, revisions } of moments) {
        const frame = (dataTime - firstTime) / 1_000;
        const device = devices.get(mn);
        if (device?.seen[frame] === undefined) throw new Error(`${mn} never sent a moment of ${dataTime}`);
        if (device.seen[frame] !== 0 || revisions > 0) duplicated++;
        // Half a packet is not the packet.
        if (FACTORS.every((code) => factors.some((factor) => factor.code === code))) device.seen[frame] = 1;
      }
    }
  } finally {
    readings.close();
  }
  let lost = 0;
  for (const { flags, seen } of devices.values()) {
    for (const [frame, flag] of flags.entries()) if (flag === 1 && seen[frame] === 0) lost++;
  }
  return { lost, duplicated };
}
