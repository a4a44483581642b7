/** What the specs of the cryptographic libraries share. Not exported: no part of the library. */

/** Matches the `InputError` of `CODE: message`, both of them whole. */
export function inputError(text: string): ReturnType<typeof expect.objectContaining> {
  const at = text.indexOf(': ');
  if (at < 0) throw new Error(`"${text}" is no code with a message`);
  return expect.objectContaining({
    name: 'InputError',
    code: text.slice(0, at),
    message: text.slice(at + 2),
  });
}

/** Larger areas (those of the batch engine) hold no single key or PIN. */
const LARGEST_SECRET = 1024;

/**
 * What `run` overwrites with zeros: the contents of each array, as upper-case hexadecimal (words
 * big-endian), just before. Shows that no intermediate key or PIN is left behind.
 */
export function wipedBy(run: () => unknown): string[] {
  // Jest gives its sandbox the Uint8Array of outside, but an Int32Array of its own; a Buffer has its
  // own way to be filled.
  const prototypes = [
    ...[Uint8Array, Int32Array].map((type) => Object.getPrototypeOf(type.prototype) as Uint8Array),
    Buffer.prototype as Uint8Array,
  ];
  const wiped: string[] = [];
  const restore = [...new Set(prototypes)].map((prototype) => {
    const { fill } = prototype;
    prototype.fill = function (this: Uint8Array, value, ...range) {
      if (value === 0 && this.byteLength <= LARGEST_SECRET) wiped.push(hexOf(this));
      return fill.call(this, value, ...range) as typeof this;
    };
    return () => {
      prototype.fill = fill;
    };
  });
  try {
    run();
  } finally {
    for (const undo of restore) undo();
  }
  return wiped;
}

function hexOf(array: Uint8Array | Int32Array | Uint32Array): string {
  const digits = 2 * array.BYTES_PER_ELEMENT;
  return Array.from(array, (n) => (n >>> 0).toString(16).padStart(digits, '0'))
    .join('')
    .toUpperCase();
}
