import { readingsGrpc, readingsLog } from '@greenwatch/contracts';
import { type Client, grpcMetadata } from '@greenwatch/kit';
import { credentials } from '@grpc/grpc-js';
import { type Sent, SentLedger, type Verdict } from './sent-ledger';

const { KIND_REALTIME } = readingsLog.Kind;

/** Holds what the devices did, in one load or several at different times, against the export of readings. */
export async function checkExactlyOnce(client: Client, address: string, ...loads: Sent[]): Promise<Verdict> {
  const ledger = new SentLedger(loads);
  const readings = new readingsGrpc.ReadingsServiceClient(address, credentials.createInsecure());
  try {
    const request = { mns: ledger.mns, kinds: [KIND_REALTIME], from: 0, to: 0 };
    const answers = readings.export(request, await grpcMetadata(client.identity, client.identity.self));
    for await (const { moments } of answers as AsyncIterable<readingsGrpc.Moments>) {
      for (const { mn, dataTime, factors, revisions } of moments) ledger.add({ mn, dataTime, factors, revisions });
    }
  } finally {
    readings.close();
  }
  return ledger.close();
}
