/** TIFF 6.0: types of fields. */
const ASCII = 2;
const LONG = 4;
const RATIONAL = 5;

interface Field {
  tag: number;
  type: number;
  count: number;
  data: Buffer;
}

const text = (tag: number, value: string): Field => {
  const data = Buffer.from(`${value}\0`, 'ascii');
  return { tag, type: ASCII, count: data.length, data };
};
const long = (tag: number, value: number): Field => ({ tag, type: LONG, count: 1, data: longs([value]) });
const longs = (values: number[]): Buffer => {
  const data = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => {
    data.writeUInt32LE(value, i * 4);
  });
  return data;
};
/** Degrees, minutes and hundredths of seconds, each a fraction (Exif 2.32, 4.6.6). */
const degrees = (tag: number, value: number): Field => {
  const whole = Math.floor(value);
  const minutes = Math.floor((value - whole) * 60);
  const seconds = Math.round(((value - whole) * 60 - minutes) * 6_000);
  return { tag, type: RATIONAL, count: 3, data: longs([whole, 1, minutes, 1, seconds, 100]) };
};
const sizeOf = (fields: Field[]) =>
  6 + fields.length * 12 + fields.reduce((sum, { data }) => sum + (data.length > 4 ? data.length : 0), 0);

/** A directory of fields that starts at `offset` of the TIFF; what is longer than four bytes lies behind it. */
function directory(fields: Field[], offset: number): Buffer {
  const head = Buffer.alloc(2 + fields.length * 12 + 4);
  const behind: Buffer[] = [];
  let next = offset + head.length;
  head.writeUInt16LE(fields.length, 0);
  fields.forEach(({ tag, type, count, data }, i) => {
    const at = 2 + i * 12;
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(type, at + 2);
    head.writeUInt32LE(count, at + 4);
    if (data.length <= 4) data.copy(head, at + 8);
    else {
      head.writeUInt32LE(next, at + 8);
      behind.push(data);
      next += data.length;
    }
  });
  return Buffer.concat([head, ...behind]);
}

/** A JPEG as a telephone writes it: with its make, and where it was taken (degrees north and east). */
export function takenAt(jpeg: Buffer, { make, lon, lat }: { make: string; lon: number; lat: number }): Buffer {
  const gps = [text(0x01, 'N'), degrees(0x02, lat), text(0x03, 'E'), degrees(0x04, lon)];
  const start = 8;
  const image = (gpsAt: number) => [text(0x010f, make), long(0x8825, gpsAt)];
  const gpsAt = start + sizeOf(image(0));
  const tiff = Buffer.concat([
    Buffer.from([0x49, 0x49, 0x2a, 0x00, start, 0, 0, 0]),
    directory(image(gpsAt), start),
    directory(gps, gpsAt),
  ]);
  const exif = Buffer.concat([Buffer.from('Exif\0\0', 'ascii'), tiff]);
  const marker = Buffer.from([0xff, 0xe1, 0, 0]);
  marker.writeUInt16BE(exif.length + 2, 2);
  // Behind the start of the image, before everything else.
  return Buffer.concat([jpeg.subarray(0, 2), marker, exif, jpeg.subarray(2)]);
}
