/** One step of a trace: what was done, with what, what came out, and what it needed to be known. */
export interface Step {
  /** A command of the device, or what the attacker does alone. */
  readonly command: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly output: Readonly<Record<string, unknown>>;
  readonly needs: readonly string[];
}
