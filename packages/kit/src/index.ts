export {
  type ArchivedFrame,
  type ChainLink,
  flawOf,
  hashOfFrames,
  linkOf,
  packFrames,
  sha256,
  unpackFrames,
} from './archive-chain';
export { packChunk, unpackChunk } from './archive-form';
export { type AuditEntry, type AuditLink, auditChain, auditFlaw } from './audit';
export { type Blob, type BlobStore, folderBlobs } from './blobs';
export type { ActionHandlers, Call, CallAction, CallOptions } from './broker';
export { ByteReader, ByteWriter } from './byte-stream';
export { type Client, connectClient } from './client';
export { ConfigError, KitConfig, readConfig } from './config';
export { deadLetter, LETTER_HEADERS } from './dead-letter';
export {
  asDomainError,
  conflict,
  DomainError,
  type ErrorStatus,
  forbidden,
  invalid,
  notFound,
  unauthenticated,
} from './errors';
export {
  type Codec,
  type Fact,
  type FactHandler,
  type FactHandlers,
  type NewFact,
  onFact,
  onProjected,
  subjectMatches,
} from './facts';
export { type FieldCipher, loadFieldCipher } from './fields';
export { FileCheck, type FileType, fileTypeOf } from './file-check';
export { cgcs2000ToGcj02, type Datum, distanceMetres, gcj02ToCgcs2000, type Point, toCgcs2000 } from './geo';
export { GrpcServer, grpcCaller, grpcError, grpcMetadata } from './grpc';
export { type Caller, type Identity, loadIdentity } from './identity';
export { newId, partitionOf } from './ids';
export type { Lease } from './lease';
export type { LogMessage, PartitionGroup } from './log-consumer';
export type { LogCursor } from './log-cursor';
export type { Logger } from './logger';
export { Counter, Gauge, Histogram, Metrics } from './metrics/metrics';
export { type LabelsOf, METRICS, type MetricDefinition, type MetricName } from './metrics/registry';
export { type Migration, MigrationError } from './migrations';
export { connectMongo, inTransaction, isDuplicateKey, isTransient, onCommit } from './mongo';
export { type MqttLogin, type MqttVerdict, serveMqttLogins } from './mqtt-logins';
export { type MqttMessage, MqttMessages } from './mqtt-messages';
export { connectNats, DEADLETTER, ensureStreams, FACTS, type Nats, READINGS } from './nats';
export { type OwnFactor, type OwnFactors, ownFactors } from './own-factors';
export { BatchWriter, encodeBatch, type LogPacket, readBatch, varintSize, writeVarint } from './packet-batch';
export { afterKey, pageOf } from './paging';
export { applyNewest } from './projection';
export { Round, type RoundOptions } from './round';
export { type S3Blobs, type S3Settings, s3Blobs } from './s3-blobs';
export { countyOf, inScope, requireProvince, requireRole, type Scoped, scopeFilter } from './scope';
export {
  defineService,
  type Kit,
  migrateService,
  type RunningService,
  runService,
  type ServiceDefinition,
  type ServiceParts,
  startService,
} from './service';
export { type ShardKey, shardCollections, shardCommand } from './shard';
export { ALARM_CODE, isTracing, type OpenSpan, openSpan, SpanKind, traced, traceParent } from './telemetry';
export { addMonths, dayOf, endOfDay, isoTime, isoTimeOrNone, startOfDay, startOfYear, yearOf } from './time';
export { ajv, describeErrors, type FieldError } from './validation';
export { endOfWorkingDay } from './working-days';
