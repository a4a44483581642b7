/** One institution: its device, the identities that use it, and the tokens that it keeps. */

import { join } from 'node:path';
import type { RandomBytes } from '@pinfold/crypto';
import type { Identity, Mode, Session } from '@pinfold/hsm';
import { type HsmClient, inProcessClient } from '@pinfold/hsm-client';
import { EnvironmentError } from '@pinfold/platform';
import { type OpenedKeys, openDataKeys } from './data-keys.js';
import { DeviceFolder, type DeviceFolderOptions } from './device-folder.js';
import { type InstitutionTokens, readTokens, writeTokens } from './tokens.js';

/** Sessions of the program's own identities live as long as the program can. */
const PROGRAM_SESSION_MS = 10 * 365 * 24 * 3_600_000;

/** The people and the service of a demo institution. Each has one role, as the device demands. */
export const IDENTITIES = {
  production: { name: 'production', role: 'production' },
  keyManager: { name: 'key-manager', role: 'keyManager' },
  officer: { name: 'officer-1', role: 'officer' },
  courier1: { name: 'courier-1', role: 'custodian' },
  courier2: { name: 'courier-2', role: 'custodian' },
} as const satisfies Record<string, Identity>;

export const COURIERS = [IDENTITIES.courier1, IDENTITIES.courier2] as const;

export interface InstitutionOptions extends Omit<DeviceFolderOptions, 'folder'> {
  readonly id: string;
  /** Data folder of the program; the institution's part is `hsm/<id>` in it. */
  readonly dataDir: string;
  readonly random: RandomBytes;
  readonly mode: Mode;
}

/** Where an institution keeps its device and tokens. */
export function institutionFolder(dataDir: string, id: string): string {
  return join(dataDir, 'hsm', id);
}

export class Institution {
  readonly id: string;
  readonly store: DeviceFolder;
  readonly #random: RandomBytes;
  readonly #sessions = new Map<string, Session>();

  private constructor(options: InstitutionOptions) {
    this.id = options.id;
    this.#random = options.random;
    const folder = institutionFolder(options.dataDir, options.id);
    this.store = DeviceFolder.open({ ...options, folder });
  }

  /** Opens the device of the institution's folder, or makes one. */
  static open(options: InstitutionOptions): Institution {
    return new Institution(options);
  }

  /** The device as one identity sees it. */
  as(identity: Identity): HsmClient {
    return inProcessClient(this.store.device, this.session(identity));
  }

  session(identity: Identity): Session {
    const known = this.#sessions.get(identity.name);
    if (known !== undefined) return known;
    const session = this.store.device.session(identity, PROGRAM_SESSION_MS);
    this.#sessions.set(identity.name, session);
    return session;
  }

  get tokens(): InstitutionTokens | undefined {
    return readTokens(this.store.folder);
  }

  /** @throws EnvironmentError when it has not been provisioned */
  get provisioned(): InstitutionTokens {
    const { tokens } = this;
    if (tokens !== undefined) return tokens;
    throw new EnvironmentError(
      `the institution ${this.id} has no keys in ${this.store.folder}; provision the network first`,
    );
  }

  keepTokens(tokens: InstitutionTokens): void {
    writeTokens(this.store.folder, tokens);
  }

  /** @throws EnvironmentError where the device does not serve, with the reason */
  async openDataKeys(): Promise<OpenedKeys> {
    const { trouble } = this;
    if (trouble !== undefined) throw new EnvironmentError(`${this.id}: ${trouble}`);
    return openDataKeys({
      institution: this.id,
      tokens: this.provisioned,
      hsm: this.as(IDENTITIES.production),
      random: this.#random,
    });
  }

  /** A check of readiness: why the device does not serve, or undefined. */
  get trouble(): string | undefined {
    const { life, failedTests, programFault } = this.store.device;
    if (life === 'operational') return undefined;
    if (life !== 'error') return `the device is ${life}`;
    const why = programFault === '' ? '' : `: ${programFault}`;
    return `the device is in its error state, self-test ${failedTests.join(', ')}${why}`;
  }

  close(): void {
    this.store.close();
  }
}
