/** The parts of prom-client's default metrics; its own types have only all of them at once. */
declare module 'prom-client/lib/metrics/*' {
  import type { Registry } from 'prom-client';

  const collect: (registry: Registry, options?: { eventLoopMonitoringPrecision?: number }) => void;
  export = collect;
}
