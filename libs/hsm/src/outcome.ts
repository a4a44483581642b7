/**
 * What a command answers: a value, or a refusal with a stable code and, where a policy rule
 * refused, the rule's id. Refusals are shared frozen objects: refusing allocates nothing.
 */
export type Done<T> = { readonly ok: true; readonly value: T };
export type Refusal<C extends string = string> = {
  readonly ok: false;
  readonly code: C;
  readonly rule?: string;
};
export type Outcome<T, C extends string = string> = Done<T> | Refusal<C>;

const refusals = new Map<string, Refusal>();

export function done<T>(value: T): Done<T> {
  return { ok: true, value };
}

/** The refusal of that code and rule; codes and rules come from tables, so the map is bounded. */
export function refusal<C extends string>(code: C, rule?: string): Refusal<C> {
  const name = rule === undefined ? code : `${code}/${rule}`;
  let found = refusals.get(name);
  if (found === undefined) {
    found = Object.freeze(rule === undefined ? { ok: false, code } : { ok: false, code, rule });
    refusals.set(name, found);
  }
  return found as Refusal<C>;
}

/**
 * How key-management logic leaves early: `Terms` throws it, the dispatcher turns it into the
 * refusal that it carries. It never leaves the device.
 */
export class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.code);
  }
}
