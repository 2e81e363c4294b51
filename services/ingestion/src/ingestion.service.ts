import type { Socket } from 'node:net';
import { registryFacts } from '@greenwatch/contracts';
import type { DeviceCodec, Packet } from '@greenwatch/hj212';
import { afterKey, ConfigError, defineService, isoTime, onProjected, pageOf, scopeFilter } from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';
import { archiveActions } from './archive-actions';
import { CommandConfig, DeviceCommands } from './commands/device-commands';
import { CredentialBlocks } from './credential-blocks';
import { CredentialGuard } from './credential-guard';
import { DeviceDirectory, type DirectoryEntry } from './device-directory';
import { DeviceLinks } from './device-links';
import type { DeviceSession, Refused } from './device-session';
import { DeviceStates } from './device-states';
import { DeviceTraffic } from './device-traffic';
import { archiveSettings, FrameArchive } from './frame-archive';
import { Intake } from './intake';
import { IntakeFigures } from './intake-figures';
import { ingestionMigrations } from './migrations';
import { RefusalLog, refusalModel } from './refusal-log';
import { TcpServer } from './tcp-server';
import { WaysInConfig, waysIn } from './uploads/ways-in';

export const IngestionConfig = Type.Object({
  HJ212_HOST: Type.String({ default: '127.0.0.1' }),
  HJ212_PORT: Type.Integer({ minimum: 0, maximum: 65535, default: 9212 }),
  HJ212_MAX_CONNECTIONS: Type.Integer({ minimum: 1, default: 20_000 }),
  HJ212_TLS_PORT: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 65535, description: 'for devices that speak TLS; absent: none' }),
  ),
  HJ212_TLS_CERT_FILE: Type.String({ default: '', description: 'PEM, with what lies between it and the root' }),
  HJ212_TLS_KEY_FILE: Type.String({ default: '', description: 'PEM' }),
  HJ212_DRAIN_S: Type.Integer({ minimum: 0, default: 0, description: 'over which a stop closes the connections' }),
  HJ212_MAX_AGE_S: Type.Integer({ minimum: 0, default: 0, description: 'of a connection, give or take 20 %; 0: any' }),
  HJ212_MAX_SEGMENT: Type.Integer({ minimum: 1024, maximum: 9999, default: 1700 }),
  HJ212_FRAME_TIMEOUT_S: Type.Integer({ minimum: 1, default: 30 }),
  HJ212_IDLE_TIMEOUT_S: Type.Integer({ minimum: 60, default: 7_500 }),
  INGESTION_ADMISSION: Type.Unsafe<'open' | 'closed'>({ type: 'string', enum: ['open', 'closed'], default: 'closed' }),
  INGESTION_MAX_AHEAD_S: Type.Integer({ minimum: 0, default: 3_600 }),
  INGESTION_DEVICE_PACKETS_PER_MINUTE: Type.Integer({ minimum: 0, default: 60_000, description: '0: no limit' }),
  INGESTION_WRONG_PASSWORDS: Type.Integer({ minimum: 1, default: 10 }),
  INGESTION_BLOCK_S: Type.Integer({ minimum: 1, default: 300 }),
  INGESTION_FIGURES_EVERY_S: Type.Integer({ minimum: 1, default: 60 }),
  ...archiveSettings,
  ...CommandConfig,
  ...WaysInConfig,
});

export const ingestionService = defineService({
  name: 'ingestion',
  config: IngestionConfig,
  migrations: ingestionMigrations,
  create(kit) {
    const { config, log, metrics } = kit;
    const tls = tlsOf(config);
    const figures = new IntakeFigures(metrics, kit.now);
    const left = metrics.counters('greenwatch_ingestion_drained_total', 'cause');
    const guard = new CredentialGuard({
      attempts: config.INGESTION_WRONG_PASSWORDS,
      blockMs: config.INGESTION_BLOCK_S * 1_000,
    });
    // Whoever changes a device mends what its old password led to.
    const directory = new DeviceDirectory(kit, (mn) => guard.forget(mn));
    const traffic = new DeviceTraffic(kit, directory);
    const links = new DeviceLinks(kit, directory, traffic);
    const blocks = new CredentialBlocks(kit, guard, (address) => links.letInFrom(address));
    const states = new DeviceStates(kit, directory, links, traffic, guard, blocks);
    const archive = new FrameArchive(kit);
    const commands = new DeviceCommands(kit, directory, (mns) => links.onlineOf(mns));
    const refusals = refusalModel(kit.db);
    const refusalLog = new RefusalLog(refusals, (error, lost) =>
      log.error({ err: error, lost }, 'refusals could not be kept'),
    );
    const intake = new Intake(config.INSTANCE, kit.readingsLog.partitions, (partition, message, packets) =>
      kit.readingsLog.publish(partition, message).catch((error) => {
        figures.unanswered(packets);
        log.warn({ err: error, partition, bytes: message.length }, 'not on the log: the devices send again');
        throw error;
      }),
    );

    const accepted = (session: DeviceSession, packet: Packet, at: number, unclaimed: boolean, socket: Socket) => {
      traffic.accepted(packet.mn, at, packet);
      commands.accepted(packet);
      if (session.mns.has(packet.mn)) return;
      session.mns.add(packet.mn);
      const stranger = unclaimed ? { st: packet.st ?? '', edition: packet.edition } : undefined;
      links.opened(packet.mn, session.address, at, stranger);
      commands.opened(session, packet, at, {
        send: (frame) => socket.write(frame),
        close: () => socket.destroy(),
      });
    };
    const refused = ({ reason, detail, raw, address, way, at, speaker, ...more }: Refused) => {
      const mn = more.mn ?? speaker;
      const heard = speaker === undefined ? undefined : directory.lookup(speaker);
      const device = more.device ?? (heard instanceof Promise ? undefined : heard);
      traffic.refused(device?.mn ?? '', reason);
      figures.refused(reason);
      if (reason === 'wrong-password' && mn !== undefined && guard.failed(address, mn, at).length > 0) blocks.poke();
      refusalLog.add({
        at: new Date(at),
        reason,
        detail,
        address,
        ...(way === undefined ? {} : { way }),
        raw: raw.toString(way === undefined ? 'latin1' : 'utf8', 0, 2_048),
        size: raw.length,
        divisionPath: device?.divisionPath ?? [config.PROVINCE],
        ...(device?.enterpriseId ? { enterpriseId: device.enterpriseId } : {}),
        ...(mn === undefined ? {} : { mn }),
      });
    };
    const rules = {
      admission: config.INGESTION_ADMISSION,
      maxAhead: config.INGESTION_MAX_AHEAD_S * 1_000,
      packetsPerMinute: config.INGESTION_DEVICE_PACKETS_PER_MINUTE,
      gate: {
        blockedUntil: (address: string, mn: string, now: number) => guard.blockedUntil(address, mn, now),
        tooMany: (mn: string, limit: number, now: number) => traffic.tooMany(mn, limit, now),
        usedOldPassword: (mn: string, now: number) => traffic.usedOldPassword(mn, now),
      },
    };

    // What its profile says of its HJ 212 is kept with the device's copy, on which everything else looks.
    const withDialect = (device: DirectoryEntry | undefined) => {
      if (device?.profileId) device.dialect = ways.profiles.dialectOf(device.profileId);
      return device;
    };
    const lookup = (mn: string) => {
      const device = directory.lookup(mn);
      return device instanceof Promise ? device.then(withDialect) : withDialect(device);
    };
    const codecOf = (mn: string): DeviceCodec | undefined => {
      const keys = commands.keys.keysOf(mn);
      const device = lookup(mn);
      // A device that is asked for the first time is read meanwhile: it sends the frame again, for nobody answers it.
      if (device instanceof Promise) device.catch(() => {});
      const dialect = device instanceof Promise ? undefined : device?.dialect;
      if (keys.length === 0) return dialect && { dialect, keys };
      return { dialect: { ...dialect, cipher: 'sm4' }, keys, opened: (key) => commands.keys.used(mn, key) };
    };
    const ways = waysIn(kit, {
      rules,
      codecOf,
      intake,
      links,
      refused,
      lookup,
      heard: (mn, at) => traffic.accepted(mn, at),
      logged: (way, bytes) => figures.logged(way, bytes),
    });

    const server = new TcpServer(
      {
        host: config.HJ212_HOST,
        port: config.HJ212_PORT,
        maxConnections: config.HJ212_MAX_CONNECTIONS,
        frameTimeoutMs: config.HJ212_FRAME_TIMEOUT_S * 1_000,
        idleTimeoutMs: config.HJ212_IDLE_TIMEOUT_S * 1_000,
        drainMs: config.HJ212_DRAIN_S * 1_000,
        maxAgeMs: config.HJ212_MAX_AGE_S * 1_000,
        ...(tls ? { tls } : {}),
      },
      (socket: Socket) => ({
        rules: { ...rules, maxSegment: config.HJ212_MAX_SEGMENT },
        now: kit.now,
        codecOf,
        lookup,
        append: (packet, stored) => intake.append(packet, stored, 'hj212'),
        answered: (bytes, cutAt) => figures.answered(bytes, cutAt),
        left: () => server.resumeIfRelieved(socket),
        accepted: (session, packet, at, unclaimed) => accepted(session, packet, at, unclaimed, socket),
        refused,
        replied: (session, packet) => commands.replied(session, packet),
        write: (bytes) => {
          if (socket.writable) socket.write(bytes);
        },
      }),
      {
        congested: () => intake.congested,
        busy: (session) => commands.isBusy(session),
        left: (cause) => left[cause].add(),
        closed: (session) => {
          for (const mn of session.mns) links.closed(mn, session.address, kit.now());
          commands.closed(session);
        },
      },
      log,
    );
    metrics.read('greenwatch_ingestion_connections', () => server.connections(false), { way: 'hj212' });
    metrics.read('greenwatch_ingestion_connections', () => server.connections(true), { way: 'hj212-tls' });
    metrics.read('greenwatch_ingestion_devices_online', () => links.online);

    return {
      actions: {
        'ingestion.refusal.list': async ({ mn, reason, after, limit = 100 }, { caller }) => {
          const [last] = afterKey(after, 1) ?? [];
          const rows = await refusals
            .find({
              $and: [
                scopeFilter(caller),
                ...(mn === undefined ? [] : [{ mn }]),
                ...(reason === undefined ? [] : [{ reason }]),
                ...(last === undefined ? [] : [{ _id: { $lt: last } }]),
              ],
            })
            .sort({ _id: -1 })
            .limit(limit + 1)
            .lean();
          const page = pageOf(rows, limit, (row) => [row._id]);
          return {
            ...page,
            items: page.items.map((row) => ({
              id: row._id,
              at: isoTime(row.at.getTime()),
              reason: row.reason,
              detail: row.detail,
              address: row.address,
              way: row.way ?? 'tcp',
              raw: row.raw,
              size: row.size,
              ...(row.mn === undefined ? {} : { mn: row.mn }),
            })),
          };
        },
        'ingestion.link.list': ({ mns }, { caller }) => states.listLinks(mns, caller),
        'ingestion.device.list': (params, { caller }) => states.list(params, caller),
        'ingestion.device.get': (params, { caller }) => states.get(params, caller),
        'ingestion.device.summary': (params, { caller }) => states.summary(params, caller),
        'ingestion.block.list': (_, { caller }) => states.listBlocks(caller),
        'ingestion.block.lift': (params, { caller }) => states.liftBlock(params, caller),
        ...commands.actions,
        ...ways.actions,
        ...archiveActions(kit, archive, directory),
      },
      facts: {
        'facts.registry.device.changed': onProjected(registryFacts.DeviceChanged, (fact) => directory.apply(fact)),
        ...ways.facts,
      },
      grpc: ways.grpc,
      async started() {
        directory.start();
        traffic.start();
        blocks.start();
        await links.start();
        await commands.start();
        await ways.started();
        archive.start();
        const ports = await server.listen();
        log.info({ host: config.HJ212_HOST, ...ports, admission: config.INGESTION_ADMISSION }, 'devices may connect');
      },
      async stopped() {
        commands.settle();
        await server.drain();
        await ways.drained();
        await commands.stop();
        await intake.idle();
        await refusalLog.flush();
        await links.stop();
        await traffic.stop();
        await blocks.stop();
        await directory.stop();
        await archive.stop();
      },
    };
  },
});

/** The port for TLS with its files. @throws ConfigError where a file is not named */
function tlsOf(config: { HJ212_TLS_PORT?: number; HJ212_TLS_CERT_FILE: string; HJ212_TLS_KEY_FILE: string }) {
  const { HJ212_TLS_PORT: port, HJ212_TLS_CERT_FILE: certFile, HJ212_TLS_KEY_FILE: keyFile } = config;
  if (port === undefined) return undefined;
  for (const name of ['HJ212_TLS_CERT_FILE', 'HJ212_TLS_KEY_FILE'] as const) {
    if (config[name] === '') throw new ConfigError(`${name} is missing, expected a file since HJ212_TLS_PORT is set`);
  }
  return { port, certFile, keyFile };
}
