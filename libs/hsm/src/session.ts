/**
 * Who is calling. A session has one identity, or two under dual control, and ends: by its time, by
 * `close`, or with its device. Only a device makes sessions.
 */
import { ROLE_NAMES, type Role } from './policy/roles.js';

export interface Identity {
  readonly name: string;
  readonly role: Role;
}

export function roleBits(roles: readonly Role[]): number {
  return roles.reduce((bits, role) => bits | (1 << ROLE_NAMES.indexOf(role)), 0);
}

export class Session {
  /** The device that made it; a session is worth nothing elsewhere. */
  readonly issuer: object;
  readonly identities: readonly Identity[];
  readonly bits: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  #open = true;

  constructor(issuer: object, identities: readonly Identity[], expiresAt: number) {
    this.issuer = issuer;
    this.identities = Object.freeze([...identities]);
    this.bits = roleBits(identities.map((identity) => identity.role));
    this.expiresAt = expiresAt;
  }

  /** The first identity's name: who is written down. */
  get name(): string {
    return this.identities[0]!.name;
  }

  /** All names, for the audit chain. */
  get names(): string {
    return this.identities.map((identity) => identity.name).join('+');
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Two different people. */
  get isDual(): boolean {
    return new Set(this.identities.map((identity) => identity.name)).size >= 2;
  }

  /** Name of the identity that has the role; the first identity's where none has. */
  nameWith(role: Role): string {
    return this.identities.find((identity) => identity.role === role)?.name ?? this.name;
  }

  close(): void {
    this.#open = false;
  }
}
