/** What a public function throws when a precondition is broken, and the checks that throw it. */

/**
 * A broken precondition of a public function: a bug in the caller, never an answer of the algorithm.
 * `code` is stable; the message names what is allowed and never holds the value that was refused.
 */
export class InputError extends Error {
  override readonly name = 'InputError';

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Bytes, as every function of this library takes them (Buffers included). Where `instanceof` fails,
 * the tag is read: an array of another realm is of another class.
 */
export function isBytes(value: unknown): value is Uint8Array {
  if (value instanceof Uint8Array) return true;
  return (
    ArrayBuffer.isView(value) &&
    (value as unknown as { [Symbol.toStringTag]: string })[Symbol.toStringTag] === 'Uint8Array'
  );
}

/** @throws InputError BYTES_EXPECTED */
export function requireBytes(value: unknown, name: string): asserts value is Uint8Array {
  if (!isBytes(value)) throw new InputError('BYTES_EXPECTED', `${name} must be a Uint8Array`);
}

/** @throws InputError BYTES_EXPECTED, or `code` when the length is not one of `allowed` (bytes). */
export function requireLength(
  value: unknown,
  { name, code, allowed }: { name: string; code: string; allowed: readonly number[] },
): asserts value is Uint8Array {
  requireBytes(value, name);
  if (!allowed.includes(value.length)) {
    throw new InputError(code, `${name} must be ${allowed.join(' or ')} bytes long`);
  }
}

/** @throws InputError with `code` unless `value` is an integer from `min` to `max`. */
export function requireInteger(
  value: unknown,
  { name, code, min, max }: { name: string; code: string; min: number; max: number },
): asserts value is number {
  if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
    throw new InputError(code, `${name} must be an integer from ${min} to ${max}`);
  }
}

/** @throws InputError with `code` unless `value` is one of `allowed`. */
export function requireOneOf(
  value: unknown,
  { name, code, allowed }: { name: string; code: string; allowed: readonly unknown[] },
): void {
  if (!allowed.includes(value)) {
    throw new InputError(code, `${name} must be ${allowed.join(' or ')}`);
  }
}
