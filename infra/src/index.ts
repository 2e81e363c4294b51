export type {
  FieldApi,
  FieldLoad,
  FieldMark,
  FieldPlaces,
  FieldTask,
  FieldVerdict,
  FromField,
  ToField,
} from './cluster/field-api';
export { type Announce, ManagedProcess, type ProcessSpec } from './managed-process';
export { issuers, natsUsers } from './nats-users';
export { OperatorError } from './operator-error';
export { cacheFolder, repositoryRoot } from './paths';
export { choosePort, portIsFree } from './ports';
export { samplesOf, sumOf } from './prometheus-text';
export { Reaper } from './reaper';
export { ensureSecrets, type Secrets } from './secrets';
export { mongodSpec, mongodUri } from './servers/mongod';
export { type NatsUser, natsServerSpec, natsUrl } from './servers/nats-server';
export { obtainServers } from './servers/obtain';
export { type RcloneOptions, rcloneS3Spec } from './servers/rclone';
export { valkeySpec, valkeyUri } from './servers/valkey';
export {
  defaultDataFolder,
  findRunningSystem,
  type RunningSystem,
  System,
  type SystemOptions,
  type SystemUrls,
} from './system';
export type { PlannedProcess } from './system-plan';
export { type CollectedSpan, Collector, findCollector } from './watching/collector';
