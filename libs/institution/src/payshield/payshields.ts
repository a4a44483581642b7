/**
 * The payShields of `PINFOLD_HSM_URLS`, as the set-up of an institution asks them: which LMK they have,
 * whether a key under it is what its check value says, in which form they take decimalisation tables.
 * Commands are those of the payShield Core Host Commands manual; withdrawals go through `payshieldClient`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type HsmPool,
  HsmUnavailable,
  payshieldToken,
  readPayshieldToken,
} from '@pinfold/hsm-client';
import { EnvironmentError } from '@pinfold/platform';
import type { CeremonyKey } from '../ceremonies.js';

export interface PayshieldsOptions {
  readonly pool: HsmPool;
  /** Two digits; null: the default LMK of the device. */
  readonly lmk: string | null;
  /** How long the first answer is waited for. */
  readonly untilUpMs?: number;
}

const UNTIL_UP_MS = 15_000;
const LOOK_MS = 200;
const ELSEWHERE = { '41': 'HOST_41' } as const;
const CHECK_DIGITS = 6;
/** What the port of an HSM process answers that serves institutions' devices (`--institution`). */
const NO_LMK = '0'.repeat(16);
/** Of the block under the LMK: PIN encipherment, no restriction of use, version 00, not exportable. */
const PIN_KEY_HEADER = '#P0N00N00';

export class Payshields {
  readonly pool: HsmPool;
  readonly lmk: string | undefined;
  readonly #untilUpMs: number;

  constructor({ pool, lmk, untilUpMs = UNTIL_UP_MS }: PayshieldsOptions) {
    this.pool = pool;
    this.lmk = lmk ?? undefined;
    this.#untilUpMs = untilUpMs;
  }

  /**
   * NC: the check value of the LMK.
   *
   * @throws EnvironmentError when none answers, when one has no such LMK or another one than the others
   */
  async lmkCheckValue(): Promise<string> {
    await this.#whenUp('NC');
    return this.#common();
  }

  /** The same where one answers in the time that a command waits; undefined where none does. */
  async lmkCheckValueNow(): Promise<string | undefined> {
    try {
      return await this.#common();
    } catch (error) {
      if (error instanceof HsmUnavailable) return undefined;
      throw error;
    }
  }

  /** Of all that are up: as many questions at once go to as many devices. */
  async #common(): Promise<string> {
    const replies = await Promise.all(this.pool.status().map(() => this.#ask('NC')));
    const found = [...new Set(replies.map((reply) => checkValueIn(reply, this.lmk)))];
    if (found.length === 1) return found[0]!;
    const values = found.map((value) => value.slice(0, 6)).join(' and ');
    throw new EnvironmentError(
      `the payShields of PINFOLD_HSM_URLS have different LMKs, with check values ${values}; keys are under one`,
    );
  }

  /** BU: six digits of the check value of a key under the LMK; undefined where it is none of the type. */
  async checkValueOf(key: string, type: string): Promise<string | undefined> {
    const flag = key.startsWith('S') ? 'F' : 'TY'.includes(key[0]!) ? '2' : '1';
    const reply = await this.#ask(`BUFF${flag}${key};${flag === 'F' ? 'FFF' : type}`);
    return /^BV00([0-9A-F]{6})/.exec(reply)?.[1]?.slice(0, CHECK_DIGITS);
  }

  /**
   * EE: the code by which a payShield refuses to derive PINs with a decimalisation table in that form, and a
   * PVK under the LMK; undefined where it takes it.
   */
  async refusalOfTable(table: string, pvk: string): Promise<string | undefined> {
    const reply = await this.#ask(`EE${pvk}0000FFFFFFFF04000000000000${table}000000N00000`);
    const code = codeOf(reply, 'EF');
    // 02 warns that the PVK is longer than the method's.
    return code === '00' || code === '02' ? undefined : code;
  }

  /**
   * A6: a triple DES ZPK that an institution's own device sent under the zone master key that both have,
   * in whichever form that device sends keys: an X9.143 key block, or a cryptogram in hexadecimal. The
   * LMK may be of either scheme, so this is not for the client of production, whose ends are alike.
   *
   * @throws EnvironmentError when the payShields do not take it
   */
  async takePinKey(o: { keyBlock: string; zmk: string }): Promise<CeremonyKey> {
    const { keyBlock, zmk } = o;
    const { key: master } = readPayshieldToken(zmk)!;
    const sent = (/^[0-9A-F]{32}$/.test(keyBlock) ? 'X' : 'R') + keyBlock;
    const reply = await this.#ask(
      master.startsWith('S') ? `A6FFF${master}${sent}S` : `A6001${master}${sent}U`,
      master.startsWith('S') ? PIN_KEY_HEADER : '',
    );
    // 01 warns that the parity was adjusted.
    const [, key, checkValue] = /^A70[01]([A-Z][0-9A-Z]+)([0-9A-F]{6})$/.exec(reply) ?? [];
    if (key && checkValue) return { token: payshieldToken('ZPK', key), checkValue };
    throw new EnvironmentError(
      `no payShield takes a ZPK under the zone master key (A6 answered ${codeOf(reply, 'A7')})`,
    );
  }

  async #whenUp(command: string): Promise<string> {
    const untilMs = Date.now() + this.#untilUpMs;
    for (;;) {
      try {
        return await this.#ask(command);
      } catch (error) {
        if (!(error instanceof HsmUnavailable)) throw error;
        if (Date.now() >= untilMs) {
          throw new EnvironmentError(`no payShield of PINFOLD_HSM_URLS answers (${error.code})`);
        }
        await sleep(LOOK_MS);
      }
    }
  }

  #ask(command: string, header = ''): Promise<string> {
    const lmk = this.lmk === undefined ? '' : `%${this.lmk}`;
    return this.pool.send(command + lmk + header, { repeatable: true, elsewhere: ELSEWHERE });
  }
}

/** The two characters of error; of what is no reply to that command, the whole beginning. */
function codeOf(reply: string, letters: string): string {
  return reply.startsWith(letters) ? reply.slice(2, 4) : reply.slice(0, 4);
}

function checkValueIn(reply: string, lmk: string | undefined): string {
  const [, checkValue] = /^ND00([0-9A-F]{16})/.exec(reply) ?? [];
  if (checkValue === NO_LMK) {
    throw new EnvironmentError(
      'PINFOLD_HSM_URLS names HSM processes with devices of institutions, not payShields: tcp://host:port leads to them',
    );
  }
  if (checkValue !== undefined) return checkValue;
  const which = lmk === undefined ? 'no LMK that works' : `no LMK ${lmk} that works`;
  throw new EnvironmentError(
    `the payShields of PINFOLD_HSM_URLS have ${which} (NC answered ${reply.slice(2, 4)}); PINFOLD_PAYSHIELD_LMK names another one`,
  );
}
