/** Expected failures as values: what decoding, unwrapping and verifying return instead of throwing. */

export type Ok<T> = { readonly ok: true; readonly value: T };
export type Refused<C extends string = string> = {
  readonly ok: false;
  readonly code: C;
  readonly detail?: string;
};
export type Result<T, C extends string = string> = Ok<T> | Refused<C>;

export function ok<T>(value: T): Ok<T> {
  return { ok: true, value };
}

/** `detail` is for the log of whoever asked; it never holds a secret. */
export function refused<C extends string>(code: C, detail?: string): Refused<C> {
  return detail === undefined ? { ok: false, code } : { ok: false, code, detail };
}
