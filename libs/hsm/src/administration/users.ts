/**
 * People who log in. A wrong passphrase delays the next try, twice as long each time; after
 * `LOCK_AFTER` wrong ones in a row the user is locked for `LOCK_MS`. So no minute sees more than
 * `LOCK_AFTER` guesses at one user: with the weakest accepted passphrase all guesses of a minute
 * succeed with less than 1 in 100,000, a single one with less than 1 in 1,000,000.
 */
import { fromHex, type RandomBytes, toHex } from '@pinfold/crypto';
import type { Role } from '../policy/roles.js';
import type { Identity } from '../session.js';
import { isAcceptable, type PasswordHasher, sameHash } from './passphrases.js';

export const FIRST_DELAY_MS = 1_000;
export const LOCK_AFTER = 5;
export const LOCK_MS = 15 * 60_000;
export const MAX_USERS = 256;

export interface User extends Identity {
  readonly salt: string;
  readonly hash: string;
  /** Wrong passphrases in a row. */
  readonly failures: number;
  /** No try before this time (ms since the epoch). */
  readonly notBefore: number;
}

export type LoginRefusal = 'LOGIN_REFUSED' | 'LOGIN_DELAYED' | 'LOGIN_LOCKED';
export type UserRefusal =
  | 'USER_EXISTS'
  | 'USER_LIMIT'
  | 'USER_UNKNOWN'
  | 'USER_NEEDED'
  | 'PASSPHRASE_WEAK';
/** Dual control needs two; with fewer nobody could ever be added again. */
export const MIN_OFFICERS = 2;

export class Users {
  readonly #users = new Map<string, User>();
  readonly #hasher: PasswordHasher;
  readonly #random: RandomBytes;

  constructor(ports: { hasher: PasswordHasher; random: RandomBytes }, state: readonly User[] = []) {
    this.#hasher = ports.hasher;
    this.#random = ports.random;
    for (const user of state) this.#users.set(user.name, user);
  }

  add(identity: Identity, passphrase: string): UserRefusal | undefined {
    if (this.#users.has(identity.name)) return 'USER_EXISTS';
    if (this.#users.size >= MAX_USERS) return 'USER_LIMIT';
    if (!isAcceptable(passphrase, identity.name)) return 'PASSPHRASE_WEAK';
    const { name, role } = identity;
    this.#users.set(name, { name, role, ...this.#hashed(passphrase), failures: 0, notBefore: 0 });
    return undefined;
  }

  change(name: string, passphrase: string): UserRefusal | undefined {
    const user = this.#users.get(name);
    if (user === undefined) return 'USER_UNKNOWN';
    if (!isAcceptable(passphrase, name)) return 'PASSPHRASE_WEAK';
    this.#users.set(name, { ...user, ...this.#hashed(passphrase) });
    return undefined;
  }

  remove(name: string): UserRefusal | undefined {
    const user = this.#users.get(name);
    if (user === undefined) return 'USER_UNKNOWN';
    const officers = this.list().filter(({ role }) => role === 'officer').length;
    if (user.role === 'officer' && officers <= MIN_OFFICERS) return 'USER_NEEDED';
    this.#users.delete(name);
    return undefined;
  }

  has(name: string): boolean {
    return this.#users.has(name);
  }

  /** The identity, or why not. An unknown name costs the same time and looks like a wrong passphrase. */
  login(name: string, passphrase: string, now: number): Identity | LoginRefusal {
    const user = this.#users.get(name);
    if (user === undefined) {
      this.#hasher.hash(passphrase, new Uint8Array(16));
      return 'LOGIN_REFUSED';
    }
    const wait = this.mustWait(name, now);
    if (wait !== undefined) return wait;
    const hash = this.#hasher.hash(passphrase, fromHex(user.salt));
    if (sameHash(hash, fromHex(user.hash))) {
      this.#users.set(name, { ...user, failures: 0, notBefore: 0 });
      return { name, role: user.role };
    }
    const failures = (isLocked(user) ? 0 : user.failures) + 1;
    this.#users.set(name, { ...user, failures, notBefore: now + delayAfter(failures) });
    return 'LOGIN_REFUSED';
  }

  /** Why the user may not try now; undefined where he may. No passphrase is looked at. */
  mustWait(name: string, now: number): LoginRefusal | undefined {
    const user = this.#users.get(name);
    if (user === undefined || now >= this.#waitsUntil(user, now)) return undefined;
    return isLocked(user) ? 'LOGIN_LOCKED' : 'LOGIN_DELAYED';
  }

  /**
   * When the user may try again. A wait that is longer than any that was given means that the clock
   * went back: it begins anew, so that a clock that ran ahead locks nobody out for years.
   */
  #waitsUntil(user: User, now: number): number {
    const longest = now + delayAfter(user.failures);
    if (user.notBefore <= longest) return user.notBefore;
    this.#users.set(user.name, { ...user, notBefore: longest });
    return longest;
  }

  list(): Identity[] {
    return [...this.#users.values()].map(({ name, role }) => ({ name, role }));
  }

  hasRole(role: Role): boolean {
    return [...this.#users.values()].some((user) => user.role === role);
  }

  toState(): User[] {
    return [...this.#users.values()];
  }

  #hashed(passphrase: string): { salt: string; hash: string } {
    const salt = Uint8Array.from(this.#random(16));
    return { salt: toHex(salt), hash: toHex(Uint8Array.from(this.#hasher.hash(passphrase, salt))) };
  }
}

const isLocked = ({ failures }: User): boolean => failures >= LOCK_AFTER;

/** Wait after that many failures in a row. */
export function delayAfter(failures: number): number {
  if (failures === 0) return 0;
  return failures >= LOCK_AFTER ? LOCK_MS : FIRST_DELAY_MS * 2 ** (failures - 1);
}
