/**
 * The block cipher SM4 (GB/T 32907-2016), which HJ 212-2025 6.4 uses. Written out because OpenSSL is often built without it (the Node.js
 * of Red Hat, Fedora and CentOS; any Node.js in FIPS mode), and a device's packets must be readable wherever this runs.
 * Checked against the standard's own examples and, in the tests, against OpenSSL where it has SM4.
 */

/** GB/T 32907 6.2: the S-box, rows of sixteen. */
const SBOX = Buffer.from(
  'd690e9fecce13db716b614c228fb2c052b679a762abe04c3aa441326498606999c4250f491ef987a33540b43edcfac62' +
    'e4b31ca9c908e89580df94fa758f3fa64707a7fcf37317ba83593c19e6854fa8686b81b27164da8bf8eb0f4b70569d35' +
    '1e240e5e6358d1a225227c3b01217887d40046579fd327524c3602e7a0c4c89eeabf8ad240c738b5a3f7f2cef96115a1' +
    'e0ae5da49b341a55ad933230f58cb1e31df6e22e8266ca60c02923ab0d534e6fd5db3745defd8e2f03ff6a726d6c5b51' +
    '8d1baf92bbddbc7f11d95c411f105ad80ac13188a5cd7bbd2d74d012b8e5b4b08969974a0c96777e65b9f109c56ec684' +
    '18f07dec3adc4d2079ee5f3ed7cb3948',
  'hex',
);

/** 7.3: the system parameter FK. */
const FK = [0xa3b1bac6, 0x56aa3350, 0x677d9197, 0xb27022dc] as const;

const ROUNDS = 32;
const BLOCK = 16;

/** The S-box and the linear step L of a round in one look-up, one table for each of the four bytes (each is the one before, rotated by 8). */
const T0 = new Uint32Array(256);
const T1 = new Uint32Array(256);
const T2 = new Uint32Array(256);
const T3 = new Uint32Array(256);
for (let index = 0; index < 256; index++) {
  const b = (SBOX[index] as number) << 24;
  const word = b ^ rotate(b, 2) ^ rotate(b, 10) ^ rotate(b, 18) ^ rotate(b, 24);
  T0[index] = word;
  T1[index] = rotate(word, 24);
  T2[index] = rotate(word, 16);
  T3[index] = rotate(word, 8);
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** 7.3: the step T' of the key expansion: the S-box and the linear step L'. */
function keyStep(word: number): number {
  const b =
    ((SBOX[word >>> 24] as number) << 24) |
    ((SBOX[(word >>> 16) & 0xff] as number) << 16) |
    ((SBOX[(word >>> 8) & 0xff] as number) << 8) |
    (SBOX[word & 0xff] as number);
  return b ^ rotate(b, 13) ^ rotate(b, 23);
}

/** One key, expanded. Works on whole blocks in place, each by itself (ECB), which is what HJ 212-2025 prescribes. */
export class Sm4 {
  readonly #forward = new Uint32Array(ROUNDS);
  readonly #backward: Uint32Array;

  /** @param key 16 bytes; throws RangeError when it has another length */
  constructor(key: Buffer) {
    if (key.length !== BLOCK) throw new RangeError(`an SM4 key has 16 bytes, got ${key.length}`);
    const k = FK.map((parameter, word) => key.readUInt32BE(word * 4) ^ parameter);
    for (let round = 0; round < ROUNDS; round++) {
      // 7.3: byte j of CK[i] is (4i + j) * 7 modulo 256.
      const ck = [0, 1, 2, 3].reduce((word, j) => (word << 8) | (((4 * round + j) * 7) & 0xff), 0);
      const next = (k[0] as number) ^ keyStep((k[1] as number) ^ (k[2] as number) ^ (k[3] as number) ^ ck);
      k.shift();
      k.push(next);
      this.#forward[round] = next;
    }
    this.#backward = this.#forward.slice().reverse();
  }

  /** Encrypts the whole blocks of `bytes[from, to)`; fewer than 16 bytes left over at the end stay as they are. */
  encrypt(bytes: Buffer, from = 0, to = bytes.length): void {
    crypt(bytes, from, to, this.#forward);
  }

  /** The inverse of `encrypt`. */
  decrypt(bytes: Buffer, from = 0, to = bytes.length): void {
    crypt(bytes, from, to, this.#backward);
  }
}

/** 7.1: 32 rounds, then the four words in reverse. */
function crypt(bytes: Buffer, from: number, to: number, keys: Uint32Array): void {
  for (let at = from; at + BLOCK <= to; at += BLOCK) {
    let a = bytes.readInt32BE(at);
    let b = bytes.readInt32BE(at + 4);
    let c = bytes.readInt32BE(at + 8);
    let d = bytes.readInt32BE(at + 12);
    for (let round = 0; round < ROUNDS; round += 4) {
      a ^= step(b ^ c ^ d ^ (keys[round] as number));
      b ^= step(c ^ d ^ a ^ (keys[round + 1] as number));
      c ^= step(d ^ a ^ b ^ (keys[round + 2] as number));
      d ^= step(a ^ b ^ c ^ (keys[round + 3] as number));
    }
    bytes.writeInt32BE(d, at);
    bytes.writeInt32BE(c, at + 4);
    bytes.writeInt32BE(b, at + 8);
    bytes.writeInt32BE(a, at + 12);
  }
}

/** 6.2: the round's T, the S-box and L together. */
function step(word: number): number {
  return (
    (T0[word >>> 24] as number) ^
    (T1[(word >>> 16) & 0xff] as number) ^
    (T2[(word >>> 8) & 0xff] as number) ^
    (T3[word & 0xff] as number)
  );
}
