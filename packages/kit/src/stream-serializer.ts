import { Serializers } from 'moleculer';

/** A chunk of a stream as Moleculer's transit takes it out of a packet: `Buffer.from(chunk.data)`. */
interface Chunk {
  type: 'Buffer';
  data: string | Buffer;
}
/** Where a packet holds a chunk: a request's in `params`, a response's in `data`. */
const PLACES = ['params', 'data'] as const;

type Packet = Partial<Record<(typeof PLACES)[number], unknown>>;

/**
 * Moleculer's packets as JSON, with the chunks of streams in base64: JSON's own way writes each byte as a number of its
 * own, four times as long and many times as slow, which photos and sheets are too large for.
 */
export class StreamSerializer extends Serializers.Base {
  override serialize(packet: Packet): Buffer {
    const place = PLACES.find((name) => Buffer.isBuffer(packet[name]));
    const plain = place
      ? { ...packet, [place]: { type: 'Buffer', data: (packet[place] as Buffer).toString('base64') } satisfies Chunk }
      : packet;
    return Buffer.from(JSON.stringify(plain));
  }

  override deserialize(bytes: Buffer): Packet {
    const packet: Packet = JSON.parse(bytes.toString());
    for (const place of PLACES) {
      const chunk = packet[place] as Partial<Chunk> | null | undefined;
      if (chunk?.type === 'Buffer' && typeof chunk.data === 'string') chunk.data = Buffer.from(chunk.data, 'base64');
    }
    return packet;
  }
}
