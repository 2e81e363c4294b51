import { readingsGrpc, readingsLog } from '@greenwatch/contracts';
import { grpcMetadata, type Identity } from '@greenwatch/kit';
import { credentials, type ServiceError } from '@grpc/grpc-js';
import type { HourValue, OutletHours } from './build-series';

/** A device's time at an outlet, ms; `to` is not included. */
export interface BoundDevice {
  mn: string;
  outletId: string;
  from: number;
  to: number;
  /** Whether a value without a flag counts as valid (domain.md 1.7). */
  missingFlagValid: boolean;
}

/** Reads stored hours from the readings service, streaming. */
export class HourReader {
  readonly #client;

  constructor(
    address: string,
    private readonly identity: Identity,
  ) {
    this.#client = new readingsGrpc.ReadingsServiceClient(address, credentials.createInsecure());
  }

  /**
   * The hours of all the outlets that some devices stand for, by outlet. Several devices at one outlet (a logger and its
   * successor, a logger of the process beside it) make one series; of two values for one hour the later device's counts.
   * @throws the gRPC error; nothing is given from a stream that broke off
   */
  async read(devices: readonly BoundDevice[], from: number, to: number): Promise<Map<string, OutletHours>> {
    const collected = new Map<string, Map<string, Map<number, HourValue>>>();
    const byMn = new Map<string, BoundDevice[]>();
    for (const device of devices) byMn.set(device.mn, [...(byMn.get(device.mn) ?? []), device]);
    if (byMn.size === 0) return new Map();
    const request = { mns: [...byMn.keys()], kinds: [readingsLog.Kind.KIND_HOUR], from, to };
    const stream = this.#client.export(request, await grpcMetadata(this.identity, this.identity.self));
    let failure: ServiceError | undefined;
    // grpc-js ends a stream before it says that it failed, so a clean end is one without this.
    stream.on('error', (error: ServiceError) => {
      failure = error;
    });
    for await (const { moments } of stream as AsyncIterable<readingsGrpc.Moments>) {
      for (const moment of moments) {
        for (const device of byMn.get(moment.mn) ?? []) {
          if (moment.dataTime < device.from || moment.dataTime >= device.to) continue;
          const outlet = entryOf(collected, device.outletId, () => new Map<string, Map<number, HourValue>>());
          keep(outlet, moment, device.missingFlagValid);
        }
      }
    }
    if (failure) throw failure;
    return new Map([...collected].map(([outletId, codes]) => [outletId, sortedHours(codes)]));
  }

  close(): void {
    this.#client.close();
  }
}

function keep(
  outlet: Map<string, Map<number, HourValue>>,
  { dataTime, factors }: readingsGrpc.Moment,
  missingFlagValid: boolean,
): void {
  for (const { code, fields } of factors) {
    let average: number | null = null;
    let converted: number | null = null;
    let flag = missingFlagValid ? 'N' : 'U';
    for (const { name, value } of fields) {
      if (name === 'Avg') average = numberOf(value);
      else if (name === 'ZsAvg') converted = numberOf(value);
      else if (name === 'Flag') flag = value;
    }
    entryOf(outlet, code, () => new Map<number, HourValue>()).set(dataTime, {
      time: dataTime,
      average,
      converted,
      flag,
    });
  }
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function sortedHours(codes: Map<string, Map<number, HourValue>>): OutletHours {
  return new Map(
    [...codes].map(([code, hours]) => [code, [...hours.values()].sort((a, b) => a.time - b.time)] as const),
  );
}

function numberOf(text: string): number | null {
  const value = text === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}
