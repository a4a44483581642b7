/**
 * The attacker: an `HsmClient` per role that the story grants, and a count of every call. What the
 * device refuses ends the attack (or the path of it that was tried) with `Stopped`.
 */
import { COMMANDS, type CommandName, type Input, type Output, type Role } from '@pinfold/hsm';
import type { HsmClient } from '@pinfold/hsm-client';

export interface Refusal {
  /** 1-based number of the call. */
  readonly call: number;
  readonly command: CommandName;
  readonly code: string;
  readonly rule: string | undefined;
}

/** The end of a path: a refusal, or an answer that tells nothing (`NOTHING_LEARNT`). */
export class Stopped extends Error {
  constructor(readonly refusal: Refusal) {
    super(`${refusal.command} at call ${refusal.call}: ${refusal.code}`);
  }
}

type Answer<N extends CommandName> =
  | { ok: true; value: Output<N> }
  | { ok: false; code: string; rule?: string };

export class Attacker {
  calls = 0;
  readonly refusals: Refusal[] = [];
  /** Commands called so far, each once. */
  readonly used = new Set<CommandName>();
  readonly #roles: Role[];
  readonly #clients = new Map<Role, HsmClient>();
  #last: CommandName = 'Status';

  constructor(roles: readonly Role[], clientOf: (role: Role) => HsmClient) {
    this.#roles = [...roles];
    for (const role of roles) this.#clients.set(role, clientOf(role));
  }

  /** One call that must succeed for the attack to go on. */
  async call<N extends CommandName>(command: N, input: Input<N>): Promise<Output<N>> {
    const [answer] = await this.#run(command, [input]);
    if (answer!.ok) return answer!.value;
    throw this.#stopped({ command, call: this.calls, code: answer!.code, rule: answer!.rule });
  }

  /** Calls whose verdicts are the answer; any other refusal stops. `also`: codes that are answers here. */
  async ask<N extends CommandName>(
    command: N,
    inputs: readonly Input<N>[],
    also: readonly string[] = [],
  ): Promise<boolean[]> {
    const before = this.calls;
    const answers = await this.#run(command, inputs);
    return answers.map((answer, i) => {
      if (answer.ok) return true;
      const { code, rule } = answer;
      if (rule === undefined && (isVerdict(command, code) || also.includes(code))) return false;
      throw this.#stopped({ command, call: before + i + 1, code, rule });
    });
  }

  /** One call; gives `ok` or one of the codes that are answers here. Anything else stops. */
  async verdict<N extends CommandName>(
    command: N,
    input: Input<N>,
    codes: readonly string[],
  ): Promise<string> {
    const [answer] = await this.#run(command, [input]);
    if (answer!.ok) return 'ok';
    const { code, rule } = answer!;
    if (rule === undefined && codes.includes(code)) return code;
    throw this.#stopped({ command, call: this.calls, code, rule });
  }

  /** Like `ask` for one question, but a refusal is given back: for many victims at once. */
  async askEach<N extends CommandName>(
    command: N,
    inputs: readonly Input<N>[],
  ): Promise<(boolean | Refusal)[]> {
    const before = this.calls;
    const answers = await this.#run(command, inputs);
    return answers.map((answer, i) => {
      if (answer.ok) return true;
      const { code, rule } = answer;
      if (rule === undefined && isVerdict(command, code)) return false;
      const refusal = { command, call: before + i + 1, code, rule };
      this.refusals.push(refusal);
      return refusal;
    });
  }

  /** The answer came and tells nothing: the end of the path as well. */
  nothingLearnt(): never {
    throw this.#stopped({
      command: this.#last,
      call: this.calls,
      code: 'NOTHING_LEARNT',
      rule: undefined,
    });
  }

  /** Tries paths in turn; the first that is not stopped gives its value, else the first stop counts. */
  async firstOf<T>(paths: readonly (() => Promise<T>)[]): Promise<T> {
    let first: Stopped | undefined;
    for (const path of paths) {
      try {
        return await path();
      } catch (error) {
        if (!(error instanceof Stopped)) throw error;
        first ??= error;
      }
    }
    throw first ?? new Error('an attack needs a path');
  }

  /** A customer's own command; it must succeed. */
  async callPlugIn<T>(name: string, input: object): Promise<T> {
    this.calls += 1;
    const command = name as CommandName;
    const client = this.#clients.get(this.#roles[0]!)!;
    const [answer] = await client.run(command, [input as never]);
    if (answer!.ok) return answer!.value as T;
    const { code, rule } = answer!;
    throw this.#stopped({ command, call: this.calls, code, rule });
  }

  /** Another identity, which the attacker came by on the way. */
  gain(role: Role, client: HsmClient): void {
    this.#roles.push(role);
    this.#clients.set(role, client);
  }

  #stopped(refusal: Refusal): Stopped {
    this.refusals.push(refusal);
    return new Stopped(refusal);
  }

  async #run<N extends CommandName>(command: N, inputs: readonly Input<N>[]): Promise<Answer<N>[]> {
    this.calls += inputs.length;
    this.#last = command;
    this.used.add(command);
    const allowed: readonly Role[] = COMMANDS[command].roles;
    const role = this.#roles.find((own) => allowed.includes(own)) ?? this.#roles[0]!;
    return (await this.#clients.get(role)!.run(command, inputs)) as Answer<N>[];
  }
}

function isVerdict(command: CommandName, code: string): boolean {
  const { verdicts }: { readonly verdicts?: readonly string[] } = COMMANDS[command];
  return verdicts?.includes(code) ?? false;
}
