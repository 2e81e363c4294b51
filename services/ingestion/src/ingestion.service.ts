import type { Socket } from 'node:net';
import { registryFacts } from '@greenwatch/contracts';
import type { Packet } from '@greenwatch/hj212';
import { afterKey, defineService, isoTime, isoTimeOrNone, onProjected, pageOf, scopeFilter } from '@greenwatch/kit';
import { Type } from '@sinclair/typebox';
import { CommandConfig, DeviceCommands } from './commands/device-commands';
import { DeviceDirectory } from './device-directory';
import { DeviceLinks } from './device-links';
import type { DeviceSession, Refused } from './device-session';
import { FrameArchive } from './frame-archive';
import { Intake } from './intake';
import { RefusalLog, refusalModel } from './refusal-log';
import { TcpServer } from './tcp-server';

export const IngestionConfig = Type.Object({
  HJ212_HOST: Type.String({ default: '127.0.0.1' }),
  HJ212_PORT: Type.Integer({ minimum: 0, maximum: 65535, default: 9212 }),
  HJ212_MAX_CONNECTIONS: Type.Integer({ minimum: 1, default: 20_000 }),
  HJ212_MAX_SEGMENT: Type.Integer({ minimum: 1024, maximum: 9999, default: 1700 }),
  HJ212_FRAME_TIMEOUT_S: Type.Integer({ minimum: 1, default: 30 }),
  HJ212_IDLE_TIMEOUT_S: Type.Integer({ minimum: 60, default: 7_500 }),
  INGESTION_ADMISSION: Type.Unsafe<'open' | 'closed'>({ type: 'string', enum: ['open', 'closed'], default: 'closed' }),
  INGESTION_MAX_AHEAD_S: Type.Integer({ minimum: 0, default: 3_600 }),
  ...CommandConfig,
});

export const ingestionService = defineService({
  name: 'ingestion',
  config: IngestionConfig,
  create(kit) {
    const { config, log } = kit;
    const directory = new DeviceDirectory(kit.db, kit.fields, kit.now);
    const links = new DeviceLinks(kit, directory);
    const archive = new FrameArchive(kit);
    const commands = new DeviceCommands(kit, directory, (mns) => links.onlineOf(mns));
    const refusals = refusalModel(kit.db);
    const refusalLog = new RefusalLog(refusals, (error, lost) =>
      log.error({ err: error, lost }, 'refusals could not be kept'),
    );
    const intake = new Intake(config.INSTANCE, kit.readingsLog.partitions, (partition, message) =>
      kit.readingsLog.publish(partition, message).catch((error) => {
        log.warn({ err: error, partition, bytes: message.length }, 'not on the log: the devices send again');
        throw error;
      }),
    );

    const accepted = (session: DeviceSession, packet: Packet, at: number, unclaimed: boolean, socket: Socket) => {
      links.seen(packet.mn, at);
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
    const refused = ({ reason, detail, raw, address, way, mn, at, device }: Refused) =>
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

    const server = new TcpServer(
      {
        host: config.HJ212_HOST,
        port: config.HJ212_PORT,
        maxConnections: config.HJ212_MAX_CONNECTIONS,
        frameTimeoutMs: config.HJ212_FRAME_TIMEOUT_S * 1_000,
        idleTimeoutMs: config.HJ212_IDLE_TIMEOUT_S * 1_000,
      },
      (socket: Socket) => ({
        rules: {
          admission: config.INGESTION_ADMISSION,
          maxAhead: config.INGESTION_MAX_AHEAD_S * 1_000,
          maxSegment: config.HJ212_MAX_SEGMENT,
        },
        now: kit.now,
        codecOf: (mn) => {
          const keys = commands.keys.keysOf(mn);
          return keys.length > 0 ? { dialect: { cipher: 'sm4' }, keys } : undefined;
        },
        lookup: (mn) => directory.lookup(mn),
        append: (packet, stored) =>
          intake.append(packet, (error) => {
            stored(error);
            server.resumeIfRelieved(socket);
          }),
        accepted: (session, packet, at, unclaimed) => accepted(session, packet, at, unclaimed, socket),
        refused,
        replied: (session, packet) => commands.replied(session, packet),
        write: (bytes) => {
          if (socket.writable) socket.write(bytes);
        },
      }),
      {
        congested: () => intake.congested,
        closed: (session) => {
          for (const mn of session.mns) links.closed(mn, session.address, kit.now());
          commands.closed(session);
        },
      },
      log,
    );

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
              way: (row.way ?? 'tcp') as Refusal['way'],
              raw: row.raw,
              size: row.size,
              ...(row.mn === undefined ? {} : { mn: row.mn }),
            })),
          };
        },
        'ingestion.link.list': async ({ mns }, { caller }) => {
          const visible = await directory.model
            .find({ $and: [{ _id: { $in: mns } }, scopeFilter(caller)] })
            .select({ _id: 1 })
            .lean();
          const rows = await links.links.find({ _id: { $in: visible.map((device) => device._id) } }).lean();
          const byMn = new Map(rows.map((row) => [row._id, row]));
          return visible.map(({ _id: mn }) => {
            const row = byMn.get(mn);
            const lastSeen = isoTimeOrNone(row?.lastSeen.getTime());
            return {
              mn,
              online: row?.online ?? false,
              ...(lastSeen ? { lastSeen } : {}),
              ...(row?.address ? { address: row.address } : {}),
            };
          });
        },
        ...commands.actions,
        'ingestion.archive.verify': async ({ day }) => archive.verify(day.replaceAll('-', '')),
      },
      facts: {
        'facts.registry.device.changed': onProjected(registryFacts.DeviceChanged, (fact) => directory.apply(fact)),
      },
      async started() {
        await links.start();
        await commands.start();
        archive.start();
        const port = await server.listen();
        log.info({ host: config.HJ212_HOST, port, admission: config.INGESTION_ADMISSION }, 'devices may connect');
      },
      async stopped() {
        await server.drain();
        await commands.stop();
        await intake.idle();
        await refusalLog.flush();
        await links.stop();
        await archive.stop();
      },
    };
  },
});
