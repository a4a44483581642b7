/** Which console the payShields have: the one that the program plays, or a person's. */
import { EnvironmentError } from '@pinfold/platform';
import { askLmk, type ConsolePerson, HandConsole } from './hand-console.js';
import type { KeyConsole } from './key-console.js';
import type { LmkFacts } from './lmk-facts.js';
import type { Payshields } from './payshields.js';
import { testLmkOf } from './test-lmk.js';
import { TestLmkConsole } from './test-lmk-console.js';

export interface ConsoleOptions {
  readonly payshields: Payshields;
  /** Of keys that are there already: new ones come under the same LMK. */
  readonly known?: LmkFacts;
  /** Undefined where nobody can be asked. */
  readonly person: ConsolePerson | undefined;
  /** Where envelopes lie while a person forms keys. */
  readonly folder: string;
}

/** @throws EnvironmentError when no payShield answers, when it has another LMK, when nobody can be asked */
export async function openConsole(o: ConsoleOptions): Promise<KeyConsole> {
  const { payshields, known, person, folder } = o;
  const checkValue = await payshields.lmkCheckValue();
  if (known !== undefined) requireSameLmk(known, checkValue);
  const test = testLmkOf(checkValue, payshields.lmk);
  if (test !== undefined) return new TestLmkConsole(test, payshields);
  if (person === undefined) {
    throw new EnvironmentError(
      'keys under an LMK that is no published test LMK are formed by a person: run `npx pinfold provision`, or for ISO 8583 lines `npx pinfold start --lines FILE`, at a terminal',
    );
  }
  const { lmk: id } = payshields;
  const lmk = known ?? (await askLmk(person, { checkValue, id }));
  return new HandConsole({ lmk, lmkId: id, payshields, person, folder });
}

/** @throws EnvironmentError in one line */
export function requireSameLmk(known: LmkFacts, checkValue: string): void {
  if (known.checkValue === checkValue) return;
  throw new EnvironmentError(
    `the payShields have an LMK with check value ${checkValue.slice(0, 6)}, and the keys are under LMK ${known.name} (${known.checkValue.slice(0, 6)}); PINFOLD_PAYSHIELD_LMK names another LMK, PINFOLD_DATA_DIR another data folder`,
  );
}
