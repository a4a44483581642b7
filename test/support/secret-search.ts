/**
 * Looks for secrets in bytes and texts, in every form that they might have leaked in: as they are, as
 * hexadecimal, as base64; digits also packed two to a byte. One pass over the bytes for all of them.
 */

interface Form {
  readonly bytes: Buffer;
  /** Which secret, in which form; the secret itself is never printed. */
  readonly name: string;
}

const PREFIX_BYTES = 3;
const SHORTEST = 6;

export class SecretSearch {
  /** Whether any form begins with these three bytes. */
  readonly #begins = new Uint8Array(1 << (8 * PREFIX_BYTES));
  readonly #forms = new Map<number, Form[]>();
  #count = 0;

  /** Secrets, not forms. */
  get size(): number {
    return this.#count;
  }

  /** A PAN, a PIN: decimal digits. */
  addDigits(name: string, digits: string): void {
    this.#count += 1;
    const packed = Buffer.from(digits.length % 2 === 0 ? digits : `${digits}f`, 'hex');
    this.#addAll(`${name} as digits`, Buffer.from(digits, 'latin1'));
    this.#addAll(`${name} packed`, packed);
  }

  /** A key, a PIN block. */
  addBytes(name: string, bytes: Uint8Array): void {
    this.#count += 1;
    this.#addAll(name, Buffer.from(bytes));
  }

  /** Names of what was found, each once. */
  in(haystack: string | Uint8Array): string[] {
    const bytes = typeof haystack === 'string' ? Buffer.from(haystack) : Buffer.from(haystack);
    const found = new Set<string>();
    for (let at = 0; at + PREFIX_BYTES <= bytes.length; at += 1) {
      const prefix = prefixOf(bytes, at);
      if (this.#begins[prefix] === 0) continue;
      for (const form of this.#forms.get(prefix) ?? []) {
        const end = at + form.bytes.length;
        if (end <= bytes.length && bytes.compare(form.bytes, 0, undefined, at, end) === 0) {
          found.add(form.name);
        }
      }
    }
    return [...found];
  }

  #addAll(name: string, bytes: Buffer): void {
    this.#add(name, bytes);
    this.#add(`${name}, hexadecimal`, Buffer.from(bytes.toString('hex')));
    this.#add(`${name}, hexadecimal`, Buffer.from(bytes.toString('hex').toUpperCase()));
    for (const encoding of ['base64', 'base64url'] as const) {
      this.#add(`${name}, ${encoding}`, Buffer.from(inner(bytes, encoding)));
    }
  }

  #add(name: string, bytes: Buffer): void {
    if (bytes.length < SHORTEST) throw new Error(`${name} is too short to be looked for`);
    const prefix = prefixOf(bytes, 0);
    this.#begins[prefix] = 1;
    this.#forms.set(prefix, [...(this.#forms.get(prefix) ?? []), { bytes, name }]);
  }
}

const prefixOf = (bytes: Buffer, at: number): number =>
  (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;

/** Whole groups of three bytes: what follows does not change their letters. */
function inner(bytes: Buffer, encoding: 'base64' | 'base64url'): string {
  return bytes.subarray(0, bytes.length - (bytes.length % 3)).toString(encoding);
}
