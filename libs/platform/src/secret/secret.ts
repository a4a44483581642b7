/**
 * A value that must not be shown. It prints as `[object Secret]`, serialises as `{}`, and is read by one
 * call, `reveal()`, which can be grepped for.
 */
export class Secret<T extends string | Uint8Array = string> {
  #value: T | null;

  private constructor(value: T) {
    this.#value = value;
  }

  static of<T extends string | Uint8Array>(value: T): Secret<T> {
    return new Secret(value);
  }

  get [Symbol.toStringTag](): string {
    return 'Secret';
  }

  /** The value itself. Throws after `wipe`. */
  reveal(): T {
    if (this.#value === null) throw new Error('the secret was wiped');
    return this.#value;
  }

  /** Best effort: bytes are overwritten, a string is only let go. */
  wipe(): void {
    if (this.#value instanceof Uint8Array) this.#value.fill(0);
    this.#value = null;
  }
}
