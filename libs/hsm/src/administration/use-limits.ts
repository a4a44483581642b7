/**
 * How often a counted data key may still be opened. A data key made with a number of uses is bound to
 * another digest of its context than one without, so that its token cannot pass as an uncounted one;
 * when the count is used up, or was forgotten, the token opens no more.
 */
export const MAX_COUNTED_KEYS = 10_000;

export interface UseCount {
  readonly token: string;
  readonly left: number;
}

export class UseLimits {
  readonly #left = new Map<string, number>();

  constructor(state: readonly UseCount[] = []) {
    for (const { token, left } of state) this.#left.set(token, left);
  }

  /** False at the bound. */
  add(token: string, uses: number): boolean {
    if (this.#left.size >= MAX_COUNTED_KEYS) return false;
    this.#left.set(token, uses);
    return true;
  }

  /** Takes one use; false when none is left. */
  take(token: string): boolean {
    const left = this.#left.get(token) ?? 0;
    if (left <= 1) this.#left.delete(token);
    else this.#left.set(token, left - 1);
    return left >= 1;
  }

  /** The same key under another token: what is left goes with it, once. */
  move(token: string, renewed: string): void {
    const left = this.#left.get(token);
    if (left === undefined) return;
    this.#left.delete(token);
    this.#left.set(renewed, left);
  }

  toState(): UseCount[] {
    return [...this.#left].map(([token, left]) => ({ token, left }));
  }
}
