import { readFileSync } from 'node:fs';
import { ingestionGrpc, registryFacts } from '@greenwatch/contracts';
import { type ActionHandlers, type FactHandlers, type GrpcServer, type Kit, onProjected } from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';
import type { Intake } from '../intake';
import { backfillModels } from './backfill.model';
import { backfillActions } from './backfill-actions';
import { BackfillJobs } from './backfill-job';
import { type MqttConfig, type MqttHost, MqttIntake } from './mqtt-intake';
import { Presence } from './presence';
import { ProfileDirectory } from './profile-directory';
import { pushActions } from './push-actions';
import { pushStreams } from './push-grpc';
import { UploadIntake } from './upload-intake';

/** Settings of the ways in beside TCP. */
export const WaysInConfig = {
  MQTT_ISSUER_SEED_FILE: Type.Optional(
    Type.String({ description: "seed of the account key in nats-server's auth_callout; without, no MQTT" }),
  ),
  MQTT_ACCOUNT: Type.String({ default: 'GREENWATCH', description: 'account of nats-server in which devices work' }),
  MQTT_MAX_WAITING_MB: Type.Integer({ minimum: 1, default: 1_024 }),
  MQTT_SILENT_S: Type.Integer({ minimum: 1, default: 7_500, description: 'after so long without a message: offline' }),
  BACKFILL_MAX_ROWS: Type.Integer({ minimum: 1, default: 200_000 }),
  BACKFILL_MAX_BYTES: Type.Integer({ minimum: 1, default: 50 * 1024 * 1024 }),
};
type Config = Omit<MqttConfig, 'HJ212_MAX_SEGMENT'> & {
  HJ212_MAX_SEGMENT: number;
  MQTT_SILENT_S: number;
  BACKFILL_MAX_ROWS: number;
  BACKFILL_MAX_BYTES: number;
};

/** Bytes that a packed workbook may unpack to. */
const MOST_UNPACKED = 1024 * 1024 * 1024;
const SWEEP_MS = 5_000;

export interface WaysInHost extends Omit<MqttHost, 'profiles' | 'now' | 'accepted' | 'intake' | 'congested'> {
  intake: Intake;
  links: ConstructorParameters<typeof Presence>[0];
  /** A device sent something now. */
  heard(mn: string, at: number): void;
}

/** MQTT, HTTP, gRPC and sheets: the same judgement, the same log, the same refusals (README.md). */
export function waysIn(kit: Kit<Config>, host: WaysInHost) {
  const { config, log, now } = kit;
  const profiles = new ProfileDirectory(kit.db, log);
  const silent = { silentMs: config.MQTT_SILENT_S * 1_000, everyMs: SWEEP_MS };
  const presence = new Presence(host.links, now, silent);
  const congested = () => host.intake.congested;
  const uploadHost: MqttHost = {
    ...host,
    congested,
    now,
    profiles,
    accepted(mn, { way, address }, at) {
      if (way === 'sheet') return;
      host.heard(mn, at);
      presence.spoke(mn, address, at);
    },
  };
  const uploads = new UploadIntake(uploadHost);
  const models = backfillModels(kit.db);
  const bounds = { rows: config.BACKFILL_MAX_ROWS, unpacked: MOST_UNPACKED };
  const jobs = new BackfillJobs(kit, models, uploads, uploadHost, bounds);
  const seedFile = config.MQTT_ISSUER_SEED_FILE;
  const mqtt = seedFile
    ? new MqttIntake(kit, uploads, uploadHost, { ...config, seed: readFileSync(seedFile, 'utf8') })
    : undefined;

  const streams = pushStreams(kit, uploads, congested);
  kit.metrics.read('greenwatch_ingestion_connections', streams.open, { way: 'grpc' });

  const actions: Partial<ActionHandlers> = {
    ...pushActions(uploads, congested),
    ...backfillActions(models, jobs, config.BACKFILL_MAX_BYTES),
  };
  const facts: FactHandlers = {
    'facts.registry.profile.changed': onProjected(registryFacts.ProfileChanged, (fact) => profiles.apply(fact)),
  };
  return {
    actions,
    facts,
    profiles,
    grpc(server: GrpcServer): void {
      server.addService(ingestionGrpc.IngestionServiceService, streams.service);
    },
    async started(): Promise<void> {
      await profiles.start();
      presence.start();
      jobs.work.start();
      await mqtt?.start();
      log.info({ mqtt: mqtt !== undefined }, 'readings may be pushed');
    },
    /** Before the log is idle: nothing new comes from here. */
    async drained(): Promise<void> {
      streams.stop();
      await mqtt?.stop();
      await jobs.work.stop();
      await profiles.stop();
      presence.stop();
    },
  };
}
