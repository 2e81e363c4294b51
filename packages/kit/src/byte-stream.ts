/** Appends bytes, whole numbers and texts. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(256);
  #size = 0;

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#size++] = value;
  }

  /** A whole number from 0 to 2^53 - 1, seven bits a byte, lowest first. */
  unsigned(value: number): void {
    this.#reserve(8);
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#bytes[this.#size++] = (rest % 128) | 128;
    this.#bytes[this.#size++] = rest;
  }

  /** A whole number of up to 2^52 in size. */
  signed(value: number): void {
    this.unsigned(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** With its length before it. */
  text(value: string): void {
    const size = Buffer.byteLength(value);
    this.unsigned(size);
    this.#reserve(size);
    this.#size += this.#bytes.write(value, this.#size);
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#size);
    this.#size += bytes.length;
  }

  /** What was appended so far. */
  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#size);
  }

  #reserve(more: number): void {
    if (this.#size + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#size + more));
    this.#bytes.copy(larger, 0, 0, this.#size);
    this.#bytes = larger;
  }
}

/** Reads what a `ByteWriter` wrote. Every method throws where the bytes end too early. */
export class ByteReader {
  at = 0;

  constructor(private readonly bytes: Buffer) {}

  byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new Error('the bytes end too early');
    return byte;
  }

  unsigned(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  signed(): number {
    const folded = this.unsigned();
    return folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
  }

  text(): string {
    return this.raw(this.unsigned()).toString('utf8');
  }

  /** So many bytes, not copied. */
  raw(size: number): Buffer {
    const end = this.at + size;
    if (end > this.bytes.length) throw new Error('the bytes end too early');
    const bytes = this.bytes.subarray(this.at, end);
    this.at = end;
    return bytes;
  }
}
