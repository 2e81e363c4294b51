import path from 'node:path';
import { repositoryRoot } from '../paths';
import { services } from '../system-plan';

/** Where the charts lie. */
export const chartsFolder = path.join(repositoryRoot, 'charts');

/** A chart a service: what each takes is composed from shared parts and its own settings. */
export const serviceCharts: readonly string[] = services.map(({ name }) => name);

/** Charts whose values are written by hand, but for the part that all share. */
export const ownCharts = ['mongodb', 'nats', 'valkey', 'demo', 'operations', 'greenwatch'] as const;
export type OwnChart = (typeof ownCharts)[number];

/** The umbrella, and what it is made of. */
export const umbrella = 'greenwatch';

/** The module that declares a service, from the repository's root without `src` or `dist`. */
export const serviceModule = (name: string): { workspace: string; file: string } => ({
  workspace: name === 'gateway' ? 'gateway' : `services/${name}`,
  file: `${name}.service`,
});

/** What a chart's service.yaml says of the code; nothing that a deployer chooses. */
export interface ServiceFacts {
  /** Ports beside the one for health, by name. */
  ports?: Record<string, number>;
  /** Charts whose pods connect to a port. */
  callers?: Record<string, string[]>;
  /** Ports that `network.from` of values may reach. */
  open?: string[];
  /** Services whose gRPC it calls. */
  calls?: string[];
  /** Its group of consumers on the READINGS log. */
  log?: string;
  /** It vouches for devices at the MQTT listener. */
  mqtt?: boolean;
  /** It keeps old months, in a claim or a bucket. */
  coldStorage?: boolean;
  /** Keys of its Secret that may be missing. */
  optionalCredentials?: string[];
  /** Variables that the chart sets. */
  environment?: Record<string, string | number>;
  /** Settings that make no sense in a pod. */
  without?: string[];
  /** Values that differ from library/service.values.yaml. */
  values?: Record<string, unknown>;
}
