import type { Upload } from '@greenwatch/contracts';
import type { DeviceCodec } from '@greenwatch/hj212';
import {
  type Kit,
  type MqttLogin,
  type MqttMessage,
  MqttMessages,
  type MqttVerdict,
  serveMqttLogins,
} from '@greenwatch/kit';
import { type AdmissionRules, refuseSender } from '../admission';
import type { DirectoryEntry } from '../device-directory';
import { DeviceSession } from '../device-session';
import { MQTT_GROUP, MQTT_ROOT, readMqttTopic, readUploads } from './mqtt-message';
import type { Origin, UploadHost, UploadIntake } from './upload-intake';
import { UploadRefused } from './upload-refused';

export interface MqttConfig {
  MQTT_ISSUER_SEED_FILE?: string;
  MQTT_ACCOUNT: string;
  MQTT_MAX_WAITING_MB: number;
  HJ212_MAX_SEGMENT: number;
}

export interface MqttHost extends UploadHost {
  rules: AdmissionRules;
  codecOf(mn: string): DeviceCodec | undefined;
  /** Whether the log has too much to do. */
  congested(): boolean;
}

/** Between looks whether the log has room again. */
const PATIENCE_MS = 50;

/**
 * Devices at nats-server's own MQTT listener. They log in with MN and password, may publish to their own topics only, and
 * get their PUBACK from nats-server when it holds the message on disk; from there it is taken to the log, and ended there
 * only when the log has it.
 */
export class MqttIntake {
  readonly #messages: MqttMessages;
  #logins: { stop(): void } | undefined;

  constructor(
    private readonly kit: Pick<Kit, 'nats' | 'log' | 'now'>,
    private readonly uploads: UploadIntake,
    private readonly host: MqttHost,
    private readonly config: MqttConfig & { seed: string },
  ) {
    const maxBytes = config.MQTT_MAX_WAITING_MB * 1024 * 1024;
    const handle = (message: MqttMessage) => this.#handle(message);
    this.#messages = new MqttMessages(kit.nats, { group: MQTT_GROUP, root: MQTT_ROOT, maxBytes, handle }, kit.log);
  }

  /** First the consumer, then the log-ins: nothing is acknowledged to a device that nobody would take. */
  async start(): Promise<void> {
    await this.#messages.start();
    const { seed, MQTT_ACCOUNT: account } = this.config;
    this.#logins = serveMqttLogins(
      this.kit.nats,
      { seed, account, group: MQTT_GROUP },
      (login) => this.#judge(login),
      this.kit.log,
    );
  }

  async stop(): Promise<void> {
    this.#logins?.stop();
    await this.#messages.stop();
  }

  /** Lets a device in by MN and password, as HJ 212's PW does. */
  async #judge({ user, password, clientId, address }: MqttLogin): Promise<MqttVerdict> {
    const { host } = this;
    const at = this.kit.now();
    const device = await host.lookup(user);
    const refuse = (reason: Parameters<UploadHost['refused']>[0]['reason'], detail: string): undefined => {
      const raw = Buffer.alloc(0);
      host.refused({
        reason,
        detail,
        raw,
        address,
        way: 'mqtt',
        mn: user.slice(0, 64),
        at,
        ...(device ? { device } : {}),
      });
      return undefined;
    };
    if (readMqttTopic(`${MQTT_ROOT}/${user}/frames`) === undefined) {
      return refuse('structure', 'the user name is no MN of 1 to 32 letters, digits, _ or -');
    }
    // A client id that another device uses would end that device's connection.
    if (clientId !== '' && clientId !== user && !clientId.startsWith(`${user}-`)) {
      return refuse(
        'structure',
        `the client id is ${JSON.stringify(clientId.slice(0, 64))}, expected the MN ${user}, or none`,
      );
    }
    const stranger = refuseSender({ mn: user, pw: password }, device, address, at, {
      ...host.rules,
      admission: 'closed',
    });
    if (stranger?.type === 'refused') return refuse(stranger.reason, stranger.detail);
    return { publish: [`${MQTT_ROOT}.${user}.>`] };
  }

  async #handle({ topic, data, receivedAt }: MqttMessage): Promise<void> {
    const raw = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    // It waits in nats-server's store meanwhile, not here.
    while (this.host.congested()) await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
    const to = readMqttTopic(topic);
    if (!to) {
      const detail = `the topic is ${JSON.stringify(topic.slice(0, 80))}, expected ${MQTT_ROOT}/<MN>/frames or …/readings`;
      this.host.refused({ reason: 'structure', detail, raw, address: 'mqtt', way: 'mqtt', at: receivedAt });
      return;
    }
    if (to.form === 'frames') await this.#frames(to.mn, raw, receivedAt);
    else await this.#readings(to.mn, raw, receivedAt);
  }

  /** HJ 212 as it is over TCP, whole frames in a message: PUBACK stands for 9014. */
  async #frames(mn: string, raw: Buffer, receivedAt: number): Promise<void> {
    const { host, config } = this;
    // Asked before, so that the session finds it in memory and has decided on all frames when `end` returns.
    const device = await host.lookup(mn);
    const stored: Promise<void>[] = [];
    const session = new DeviceSession('mqtt', {
      // Its log-in proved the password and the address. What has its PUBACK does not come again: no limit a minute, either.
      rules: { ...host.rules, admission: 'closed', maxSegment: config.HJ212_MAX_SEGMENT },
      now: () => receivedAt,
      codecOf: host.codecOf,
      lookup: (spoken) =>
        spoken === mn && device ? { ...device, addresses: [], password: undefined, packetsPerMinute: 0 } : undefined,
      append: (packet, told) => {
        stored.push(
          new Promise((resolve, reject) => {
            const known = (error?: unknown) => {
              told(error);
              if (error === undefined) resolve();
              else reject(error);
            };
            host.intake.append(packet, known, 'mqtt');
          }),
        );
      },
      accepted: (_session, packet) => host.accepted(packet.mn, mqttOrigin(mn, receivedAt), receivedAt),
      refused: (refusal) => host.refused({ mn, ...refusal, way: 'mqtt' }),
      replied: () => {},
      answered: (bytes) => host.logged('mqtt', bytes),
      write: () => {},
      left: () => {},
    });
    session.push(raw);
    session.end();
    await Promise.all(stored);
  }

  async #readings(mn: string, raw: Buffer, receivedAt: number): Promise<void> {
    let list: Upload[];
    try {
      const device = await this.host.lookup(mn);
      list = readUploads(mn, raw, this.host.profiles.payloadOf(device?.profileId) !== undefined);
    } catch (error) {
      if (!(error instanceof UploadRefused)) throw error;
      const { reason, message: detail } = error;
      this.host.refused({ reason, detail, raw, address: 'mqtt', way: 'mqtt', mn, at: receivedAt });
      return;
    }
    // One upload is archived as it came; of several each as it stands in the message.
    const origin = { ...mqttOrigin(mn, receivedAt), ...(list.length === 1 ? { raw } : {}) };
    await this.uploads.push(list, origin);
  }
}

/** Redelivered, a message has the same time of reception: a correction that came meanwhile stays the newer one. */
function mqttOrigin(mn: string, receivedAt: number): Origin {
  return { way: 'mqtt', address: 'mqtt', allows: (device: DirectoryEntry) => device.mn === mn, receivedAt };
}
