/** Joins the parts of long messages: 3GPP TS 23.040 9.2.3.24.1, information element 00 (8-bit reference) or 08 (16-bit). */

export interface SmsPart {
  from: string;
  to: string;
  text: string;
  /** The information elements of the user data header. */
  udh?: readonly Buffer[];
}

interface Place {
  reference: number;
  parts: number;
  part: number;
}

/** Holds what is incomplete, at most `limit` messages. */
export class SmsJoiner {
  readonly #open = new Map<string, string[]>();

  constructor(private readonly limit = 1000) {}

  /** @returns the whole text once its last part is here; undefined while parts are missing */
  take({ from, to, text, udh = [] }: SmsPart): string | undefined {
    const place = placeOf(udh);
    if (!place || place.parts < 2) return text;
    const key = `${from} ${to} ${place.reference} ${place.parts}`;
    const texts = this.#open.get(key) ?? [];
    texts[place.part - 1] = text;
    this.#open.set(key, texts);
    for (let i = 0; i < place.parts; i++) {
      if (texts[i] === undefined) {
        this.#forgetOldest();
        return undefined;
      }
    }
    this.#open.delete(key);
    return texts.join('');
  }

  #forgetOldest(): void {
    if (this.#open.size <= this.limit) return;
    const oldest = this.#open.keys().next().value;
    if (oldest !== undefined) this.#open.delete(oldest);
  }
}

function placeOf(udh: readonly Buffer[]): Place | undefined {
  for (const element of udh) {
    const [id, length] = element;
    if (id === 0x00 && length === 3 && element.length === 5) {
      return { reference: element.readUInt8(2), parts: element.readUInt8(3), part: element.readUInt8(4) };
    }
    if (id === 0x08 && length === 4 && element.length === 6) {
      return { reference: element.readUInt16BE(2), parts: element.readUInt8(4), part: element.readUInt8(5) };
    }
  }
  return undefined;
}
