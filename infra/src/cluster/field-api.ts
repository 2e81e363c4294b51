/** Where a system in a cluster is reached from outside. */
export interface FieldPlaces {
  /** With the user and password of the issuer `demo`. */
  natsUrl: string;
  /** Of the issuer `demo`. */
  privateKeyFile: string;
  publicKeysFile: string;
  /** `host:port` where readings streams its export. */
  readingsGrpc: string;
  gateway: string;
  hj212: { host: string; port: number };
}

export interface FieldLoad {
  connections: number;
  /** Packets in flight on each connection. */
  window: number;
  /** Most packets of a device. */
  frames: number;
}

/** Of a load since it began; times since the last mark. */
export interface FieldMark {
  answered: number;
  resent: number;
  reconnected: number;
  connected: number;
  p50: number;
  p99: number;
  /** The longest time without any answer while some packet waited for one, ms. */
  stallMs: number;
}

/** What the devices did, all loads of the run together, against the export of readings. */
export interface FieldVerdict {
  attempted: number;
  acknowledged: number;
  stored: number;
  lost: number;
  duplicated: number;
  unexpected: number;
  /** Sent and never answered, though it was sent again and again. */
  unanswered: number;
  /** The first of those lost and unexpected, in words. */
  examples: string[];
}

export interface FieldTask {
  alarm: string;
  tasks: string[];
  /** From the packet to the tasks at the gateway. */
  seconds: number;
}

/**
 * The field as a process of its own (loadtests/src/cluster-field.ts): devices that send, and whoever holds what they sent
 * against what is stored. Each method is a message to it and back.
 */
export interface FieldApi {
  join(places: FieldPlaces): Promise<void>;
  /** Logs in as an administrator. @returns an API key of the province */
  logIn(): Promise<string>;
  /** Registers so many devices more through the gateway's API, with their enterprises, permits and people. */
  register(devices: number): Promise<void>;
  /** Lets one device exceed its limit; resolves when the task of it is there. */
  exceed(): Promise<FieldTask>;
  /** Devices connect, and have their first packet acknowledged. One load at a time. */
  begin(load: FieldLoad): Promise<void>;
  /** New packets a second over all devices; 0: as many as the windows allow. */
  pace(perSecond: number): Promise<void>;
  mark(): Promise<FieldMark>;
  /** Nothing new; waits until what was sent is acknowledged. */
  finish(): Promise<FieldMark>;
  /** Resolves when everything on the log is worked off. @returns seconds it took */
  settle(): Promise<number>;
  verdict(): Promise<FieldVerdict>;
}

export type ToField = { id: number; method: keyof FieldApi; args: unknown[] };
export type FromField = { id: number; result?: unknown; error?: string };
