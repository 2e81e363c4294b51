/** What the load generator is to do. Times in ms. */
export interface LoadOptions {
  host: string;
  port: number;
  connections: number;
  /** Packets in flight on each connection. */
  window: number;
  /** Frames built for each device beforehand; frame i is of the data time `firstTime` + i seconds. */
  frames: number;
  firstTime: number;
}

export type ToLoadGenerator = { type: 'load'; options: LoadOptions } | { type: 'mark' } | { type: 'finish' };

export type FromLoadGenerator =
  | { type: 'running' }
  /** Answers and the generator's own processor time since the beginning; latencies, write to answer, since the last mark. */
  | {
      type: 'mark';
      answered: number;
      cpuUs: number;
      p50: number;
      p99: number;
      exhausted: boolean;
      failures: string[];
    }
  /** For each device one byte a frame, 1 where it was acknowledged, in base64. */
  | { type: 'finished'; acked: string[] };
