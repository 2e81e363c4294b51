import { Registry } from 'prom-client';
import eventLoopLag from 'prom-client/lib/metrics/eventLoopLag';
import heapSizeAndUsed from 'prom-client/lib/metrics/heapSizeAndUsed';
import osMemoryHeap from 'prom-client/lib/metrics/osMemoryHeap';
import processCpuTotal from 'prom-client/lib/metrics/processCpuTotal';
import processMaxFileDescriptors from 'prom-client/lib/metrics/processMaxFileDescriptors';
import processOpenFileDescriptors from 'prom-client/lib/metrics/processOpenFileDescriptors';
import processStartTime from 'prom-client/lib/metrics/processStartTime';
import version from 'prom-client/lib/metrics/version';

/** The event loop's delay is looked at so often, ms. At prom-client's own 10 it would wake an idle process 100 times a second. */
const LOOP_EVERY_MS = 50;

let registry: Registry | undefined;

/**
 * prom-client's figures of the process, in Prometheus' text format: one set, whatever runs in it. Left out of its defaults: what observes every
 * garbage collection, and what makes a list of all sockets whenever somebody scrapes.
 */
export function processMetrics(): Promise<string> {
  if (!registry) {
    registry = new Registry();
    processCpuTotal(registry);
    processStartTime(registry);
    osMemoryHeap(registry);
    heapSizeAndUsed(registry);
    processOpenFileDescriptors(registry);
    processMaxFileDescriptors(registry);
    eventLoopLag(registry, { eventLoopMonitoringPrecision: LOOP_EVERY_MS });
    version(registry);
  }
  return registry.metrics();
}
