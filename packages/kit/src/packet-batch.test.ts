import { readingsLog } from '@greenwatch/contracts';
import { BatchWriter, type LogPacket, readBatch } from './packet-batch';

const frame = '##0099QN=1;CP=&&DataTime=20260101000000;a21026-Rtd=1.5,a21026-Flag=N&&1A2B\r\n';
const packet = (more: Partial<LogPacket> = {}): LogPacket => ({
  mn: '010000B8E2C4A00000000001',
  kind: readingsLog.Kind.KIND_REALTIME,
  dataTime: Date.UTC(2026, 0, 1),
  receivedAt: Date.UTC(2026, 0, 1) + 12_345,
  fields: 'a21026-Rtd=1.5,a21026-Flag=N',
  raw: Buffer.from(frame),
  ...more,
});

const cases: [name: string, packet: LogPacket][] = [
  ['the text lies in the frame', packet({ fieldsAt: frame.indexOf('a21026') })],
  ['nobody knows whether the text lies in the frame', packet()],
  ['the text is another than the frame says it', packet({ fields: 'a21026-@=S01,a21026-Rtd=1.5' })],
  ['no readings', packet({ kind: readingsLog.Kind.KIND_OTHER, dataTime: 0, fields: '' })],
  ['no frame', packet({ raw: new Uint8Array() })],
  ['the text is all of it', packet({ raw: Buffer.from('a21026-Rtd=1.5,a21026-Flag=N'), fieldsAt: 0 })],
  ['letters beyond ASCII', packet({ fields: 'a1-Info=正常', raw: Buffer.from('##a1-Info=正常') })],
];

describe('one packet is read as it was written', () => {
  test.each(cases)('%s', (_name, written) => {
    const writer = new BatchWriter('one');
    writer.append(written);
    const { instance, packets } = readBatch(writer.take());
    expect(instance).toBe('one');
    const { fieldsAt: _at, fieldsSize: _size, ...read } = packets[0] as readingsLog.Packet;
    const { fieldsAt: _known, ...rest } = written;
    expect({ ...read, raw: Buffer.from(read.raw) }).toEqual({ ...rest, raw: Buffer.from(rest.raw) });
  });
});

test('the bytes are those of the generated codec', () => {
  const writer = new BatchWriter('one');
  for (const [, written] of cases) writer.append(written);
  const message = writer.take();
  const decoded = readingsLog.PacketBatch.decode(message);
  expect(decoded.packets).toHaveLength(cases.length);
  expect(Buffer.from(readingsLog.PacketBatch.encode(decoded).finish()).equals(message)).toBe(true);
});

test('the text is in the message once', () => {
  const writer = new BatchWriter('one');
  writer.append(packet({ fieldsAt: frame.indexOf('a21026') }));
  const message = Buffer.from(writer.take());
  expect(message.indexOf('a21026-Rtd')).toBe(message.lastIndexOf('a21026-Rtd'));
});

test.each([1, 40])('a message of %i packets that was taken stays as it is while the next one is written', (packets) => {
  const writer = new BatchWriter('one');
  for (let n = 0; n < packets; n++) writer.append(packet());
  const first = writer.take();
  const copy = Buffer.from(first);
  for (let n = 0; n < 500; n++) writer.append(packet({ mn: `M${n}` }));
  expect(writer.count).toBe(500);
  const second = readBatch(writer.take());
  expect(copy.equals(first)).toBe(true);
  expect(second.packets.map(({ mn }) => mn)).toEqual(Array.from({ length: 500 }, (_, n) => `M${n}`));
});
