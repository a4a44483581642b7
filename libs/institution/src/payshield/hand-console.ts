/**
 * The console of payShields whose LMK nobody but their custodians knows: a person stands there. The
 * program writes an envelope for each custodian, says what to enter, asks for the key under the LMK, has a
 * payShield confirm it by its check value (BU), and removes the envelopes.
 */

import { payshieldToken, readPayshieldToken } from '@pinfold/hsm-client';
import { EnvironmentError } from '@pinfold/platform';
import type { CeremonyKey } from '../ceremonies.js';
import { type Envelopes, writeEnvelopes } from './envelopes.js';
import { CONSOLE_HEADER, CONSOLE_KEYS, type ConsoleWish, type KeyConsole } from './key-console.js';
import type { LmkFacts } from './lmk-facts.js';
import type { Payshields } from './payshields.js';
import { roleOf, schemeOf } from './roles.js';

/** The person at the payShield's console. */
export interface ConsolePerson {
  tell(line: string): void;
  /** What the person typed. */
  ask(question: string): Promise<string>;
}

export interface HandConsoleOptions {
  readonly lmk: LmkFacts;
  /** As it is named to the console; undefined: its default. */
  readonly lmkId: string | undefined;
  readonly payshields: Pick<Payshields, 'checkValueOf' | 'refusalOfTable'>;
  readonly person: ConsolePerson;
  /** Where the envelopes lie meanwhile. */
  readonly folder: string;
}

const TRIES = 3;
/** ED gives 16 digits under a triple DES LMK, L and 32 under an AES one. */
const TABLE = /^(?:[0-9A-F]{16}|L[0-9A-F]{32})$/;

/** What kind of LMK it is: NC does not say. */
export async function askLmk(
  person: ConsolePerson,
  { checkValue, id }: { checkValue: string; id: string | undefined },
): Promise<LmkFacts> {
  const which = id ?? 'default';
  person.tell(`LMK ${which}, check value ${checkValue.slice(0, 6)}, is no published test LMK.`);
  const kind =
    KINDS[
      await oneOf(person, 'Its scheme: V variant, D key block triple DES, A key block AES', 'VDA')
    ]!;
  return {
    ...kind,
    checkValue,
    name: `${which} ${kind.name}, check value ${checkValue.slice(0, 6)}`,
  };
}

const KINDS: Readonly<Record<string, Pick<LmkFacts, 'scheme' | 'aes' | 'name'>>> = {
  V: { scheme: 'variant', aes: false, name: 'variant' },
  D: { scheme: 'key-block', aes: false, name: 'key block, triple DES' },
  A: { scheme: 'key-block', aes: true, name: 'key block, AES' },
};

async function oneOf(person: ConsolePerson, question: string, letters: string): Promise<string> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const letter = (await person.ask(question)).trim().toUpperCase();
    if (letter.length === 1 && letters.includes(letter)) return letter;
    person.tell(`one of ${[...letters].join(', ')}`);
  }
  throw new EnvironmentError('nobody said what kind of LMK the payShields have');
}

export class HandConsole implements KeyConsole {
  readonly byHand = true;
  readonly lmk: LmkFacts;
  readonly #options: HandConsoleOptions;

  constructor(options: HandConsoleOptions) {
    this.#options = options;
    this.lmk = options.lmk;
  }

  async formKey(wish: ConsoleWish): Promise<CeremonyKey> {
    const { name } = CONSOLE_KEYS[wish.key];
    if (wish.algorithm === 'A' && !this.lmk.aes) {
      throw new EnvironmentError(
        `the ${name} of ${wish.owner} is AES: LMK ${this.lmk.name} has none`,
      );
    }
    const envelopes = writeEnvelopes(this.#options.folder, wish);
    try {
      this.#explain(wish, envelopes);
      return await this.#typedKey(wish);
    } finally {
      envelopes.remove();
    }
  }

  async encipherTable(table: string, pvk: string): Promise<string> {
    const { person, payshields } = this.#options;
    const { key } = readPayshieldToken(pvk)!;
    if ((await payshields.refusalOfTable(table, key)) === undefined) return table;
    person.tell(`At the console: ED, decimalisation table ${table}.`);
    return this.#tries('The enciphered table', async (typed) => {
      if (!TABLE.test(typed)) return 'a table is 16 hexadecimal digits, or L and 32';
      const code = await payshields.refusalOfTable(typed, key);
      return code && `a payShield does not take this table (EE answered ${code})`;
    });
  }

  #explain(
    { key, owner, algorithm, components, checkValue }: ConsoleWish,
    envelopes: Envelopes,
  ): void {
    const { person } = this.#options;
    const tell = (line: string) => person.tell(line);
    const { name, type, usage } = CONSOLE_KEYS[key];
    const { modeOfUse, keyVersion, exportability } = CONSOLE_HEADER;
    const bytes = components[0]!.component.length;
    const cipher = algorithm === 'A' ? `AES ${bytes * 8}` : `triple DES, ${bytes / 8} parts`;
    const scheme = schemeOf(this.lmk, bytes);
    const what =
      scheme === 'S'
        ? `scheme S, usage ${usage}, algorithm ${algorithm}, mode of use ${modeOfUse}, version ${keyVersion}, exportability ${exportability}`
        : `type ${type}, scheme ${scheme}`;
    tell('');
    tell(`Form the ${name} of ${owner} (${cipher}) at the console of a payShield:`);
    for (const path of envelopes.paths) tell(`  envelope  ${path}`);
    tell(`  command   FK, LMK ${this.#options.lmkId ?? 'default'}, ${what}`);
    tell(`            ${components.length} components, combined by XOR`);
    tell(`  check     ${checkValue}`);
  }

  async #typedKey({ key, checkValue }: ConsoleWish): Promise<CeremonyKey> {
    const { type } = CONSOLE_KEYS[key];
    const form = (typed: string) => payshieldToken(roleOf(key), typed);
    const typed = await this.#tries('The key under the LMK', async (text) => {
      if (readPayshieldToken(form(text)) === undefined) {
        return 'a key under the LMK is a scheme letter and its digits, or S and a key block';
      }
      const found = await this.#options.payshields.checkValueOf(text, type);
      if (found === checkValue) return undefined;
      return found === undefined
        ? 'no payShield takes this key'
        : `a payShield says check value ${found}, and it is ${checkValue}`;
    });
    return { token: form(typed), checkValue };
  }

  /** Asks until there is nothing wrong, three times at most. */
  async #tries(
    question: string,
    faultOf: (typed: string) => Promise<string | undefined>,
  ): Promise<string> {
    const { person } = this.#options;
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const typed = (await person.ask(question)).replaceAll(/\s/g, '').toUpperCase();
      const fault = await faultOf(typed);
      if (fault === undefined) return typed;
      person.tell(fault);
    }
    throw new EnvironmentError(`${question.toLowerCase()} was wrong ${TRIES} times; start again`);
  }
}
