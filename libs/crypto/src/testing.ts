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

/**
 * What `run` overwrites with zeros: the contents of each array, as upper-case hexadecimal (words
 * big-endian), just before. Shows that no intermediate key or PIN is left behind.
 */
export function wipedBy(run: () => unknown): string[] {
  const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array;
  const { fill } = typedArray;
  const wiped: string[] = [];
  typedArray.fill = function (this: Uint8Array, value, ...range) {
    if (value === 0) wiped.push(hexOf(this));
    return fill.call(this, value, ...range) as typeof this;
  };
  try {
    run();
  } finally {
    typedArray.fill = fill;
  }
  return wiped;
}

function hexOf(array: Uint8Array | Int32Array | Uint32Array): string {
  const digits = 2 * array.BYTES_PER_ELEMENT;
  return Array.from(array, (n) => (n >>> 0).toString(16).padStart(digits, '0'))
    .join('')
    .toUpperCase();
}
