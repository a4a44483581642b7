/** The console of payShields whose LMK is a published test LMK, played by the program. */
import { HostRefusal, type Lmk } from '@pinfold/hsm';
import { payshieldToken, readPayshieldToken } from '@pinfold/hsm-client';
import { EnvironmentError } from '@pinfold/platform';
import type { CeremonyKey } from '../ceremonies.js';
import { CONSOLE_HEADER, CONSOLE_KEYS, type ConsoleWish, type KeyConsole } from './key-console.js';
import type { LmkFacts } from './lmk-facts.js';
import type { Payshields } from './payshields.js';
import { roleOf, schemeOf } from './roles.js';
import { factsOfTestLmk, formUnderTestLmk, tableUnderTestLmk } from './test-lmk.js';

export class TestLmkConsole implements KeyConsole {
  readonly byHand = false;
  readonly lmk: LmkFacts;
  readonly #lmk: Lmk;
  readonly #payshields: Pick<Payshields, 'refusalOfTable'>;

  constructor(lmk: Lmk, payshields: Pick<Payshields, 'refusalOfTable'>) {
    this.#lmk = lmk;
    this.#payshields = payshields;
    this.lmk = factsOfTestLmk(lmk);
  }

  async formKey({
    key,
    owner,
    algorithm,
    components,
    checkValue,
  }: ConsoleWish): Promise<CeremonyKey> {
    const { name, type, usage } = CONSOLE_KEYS[key];
    const variant = this.#lmk.kind === 'variant';
    const parts = components.map(({ component }) => component);
    const formed = this.#do(`the ${name} of ${owner}`, () =>
      formUnderTestLmk(this.#lmk, {
        components: parts,
        type,
        algorithm,
        scheme: schemeOf(this.lmk, parts[0]!.length),
        ...(variant ? {} : { attributes: { usage, ...CONSOLE_HEADER } }),
      }),
    );
    if (formed.checkValue !== checkValue) {
      throw new EnvironmentError(`the components of the ${name} of ${owner} give another key`);
    }
    return { token: payshieldToken(roleOf(key), formed.token), checkValue };
  }

  /** Enciphered where the payShields want that, else in clear. */
  async encipherTable(table: string, pvk: string): Promise<string> {
    const sealed = this.#do('the table', () => tableUnderTestLmk(this.#lmk, table));
    const { key } = readPayshieldToken(pvk)!;
    const codes: string[] = [];
    for (const form of [sealed, table]) {
      const code = await this.#payshields.refusalOfTable(form, key);
      if (code === undefined) return form;
      codes.push(code);
    }
    throw new EnvironmentError(
      `the payShields take the decimalisation table neither enciphered nor in clear (EE answered ${codes.join(', ')})`,
    );
  }

  #do<T>(what: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof HostRefusal)) throw error;
      throw new EnvironmentError(`${what} cannot be under LMK ${this.lmk.name}: ${error.code}`);
    }
  }
}
