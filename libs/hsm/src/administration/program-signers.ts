/**
 * Whose program runs the device. The host measures the program's files against the manifest that was
 * signed when they were built; the device decides whether it trusts the signer. It takes the first
 * signer that it meets (at its making), and from then on others only when officers named them before,
 * as a module takes firmware only from keys that it knows.
 *
 * A demo device takes every signer, and writes each change down: its program is rebuilt all day.
 */

/** What the host found; `signer` is the SHA-256 of the public key (SPKI, DER), hexadecimal. */
export type ProgramIntegrity =
  | { readonly intact: true; readonly signer: string }
  | { readonly intact: false; readonly reason: string };

/** The one in use, and some to come. */
export const MAX_SIGNERS = 4;

export class ProgramSigners {
  #trusted: readonly string[];
  #current: string | undefined;
  #why = '';
  #adopted: string | undefined;

  constructor(trusted: readonly string[] = []) {
    this.#trusted = trusted;
  }

  /**
   * Whether the program may run. Where the host measures nothing (`found` undefined) a device that
   * knows a signer refuses: taking the measurement away must not be a way round it.
   */
  judge(found: ProgramIntegrity | undefined, demo: boolean): boolean {
    this.#adopted = undefined;
    this.#current = found?.intact === true ? found.signer : undefined;
    this.#why = this.#reason(found, demo);
    if (this.#why !== '' || this.#current === undefined) return this.#why === '';
    if (!this.#trusted.includes(this.#current)) {
      this.#trusted = demo ? [this.#current] : [...this.#trusted, this.#current];
      this.#adopted = this.#current;
    }
    return true;
  }

  #reason(found: ProgramIntegrity | undefined, demo: boolean): string {
    const known = this.#trusted.length > 0;
    if (found === undefined) return known && !demo ? 'the program was not measured' : '';
    if (!found.intact) return found.reason;
    const strange = known && !demo && !this.#trusted.includes(found.signer);
    return strange ? `signed by ${found.signer}, which the device does not trust` : '';
  }

  /** Trusts another signer, beside those that it knows; the oldest give way. */
  trust(signer: string): void {
    const others = this.#trusted.filter((known) => known !== signer && known !== this.#current);
    const kept = this.#current === undefined ? [] : [this.#current];
    const room = MAX_SIGNERS - kept.length - 1;
    this.#trusted = [...others.slice(Math.max(0, others.length - room)), ...kept, signer].filter(
      (known, i, all) => all.indexOf(known) === i,
    );
  }

  /** Signer of the running program, as last measured. */
  get current(): string | undefined {
    return this.#current;
  }

  /** Why the last judgement was no, in words for officers; empty where it was yes. */
  get why(): string {
    return this.#why;
  }

  /** The signer that the last judgement took on. */
  get adopted(): string | undefined {
    return this.#adopted;
  }

  toState(): readonly string[] {
    return this.#trusted;
  }
}
