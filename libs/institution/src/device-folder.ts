/**
 * A device that lives in a folder: its state sealed in a file that is replaced in one step, the
 * previous good one kept beside it, and its audit chain appended to a file. Whenever the power goes,
 * one of the two states is whole; the audit chain goes on behind the last entry that was written.
 *
 *   device.state            sealed state (AES-256-GCM)
 *   device.state.previous   the one before
 *   device.key              key of the state, mode 0600; written last, so a folder without it holds no
 *                           device yet. It lies beside the state, which protects against a copied state
 *                           file only; `npx pinfold status` says so for every device
 *   audit.log               audit chain, one entry a line, see audit-file.ts
 *   tokens.json             data-key tokens, see tokens.ts
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RandomBytes } from '@pinfold/crypto';
import {
  Device,
  type DeviceOptions,
  type Envelope,
  type Mode,
  type ProgramIntegrity,
} from '@pinfold/hsm';
import { EnvironmentError } from '@pinfold/platform';
import { AuditFile } from './audit-file.js';
import { programMeasure } from './program-files.js';
import { TOKENS_FILE } from './tokens.js';
import { writeWhole } from './write-whole.js';

const STATE = 'device.state';
const PREVIOUS = 'device.state.previous';
const KEY = 'device.key';
const AUDIT = 'audit.log';
const KEY_BYTES = 32;
/**
 * Counters that a `kill -9` may lose are at most this old. Never lost to it are audit entries, what
 * officers changed, and what a wrong passphrase costs: they are on disk before they are answered.
 */
const SAVE_AFTER_MS = 500;
/** PCI HSM: once a day at least. */
const SELF_TEST_MINUTES = 24 * 60;

export interface DeviceFolderOptions {
  readonly folder: string;
  readonly mode: Mode;
  readonly random: RandomBytes;
  readonly policy?: DeviceOptions['policy'];
  readonly limits?: DeviceOptions['limits'];
  /** How often the device tests itself while it is open; once a day where nothing is said. */
  readonly selfTestMinutes?: number;
  /** Measures the program; that of the running one where nothing is said. */
  readonly integrity?: () => ProgramIntegrity;
  /** A new device without master keys and people, where the folder has none; else a demo device. */
  readonly factory?: boolean;
  /** Says what a person should know: made, damaged, a self-test failed, a ceremony broken off. */
  readonly log: (line: string) => void;
}

export class DeviceFolder {
  readonly device: Device;
  readonly folder: string;
  readonly created: boolean;
  readonly #key: Uint8Array;
  readonly #audit: AuditFile;
  #sealed: Uint8Array | undefined;
  #envelopes: ((envelope: Envelope) => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #selfTests: NodeJS.Timeout | undefined;
  #closed = false;

  private constructor(options: DeviceFolderOptions) {
    this.folder = options.folder;
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    this.#audit = new AuditFile(join(this.folder, AUDIT), options.log);
    this.created = !existsSync(join(this.folder, KEY));
    if (this.created && existsSync(join(this.folder, TOKENS_FILE))) {
      throw new EnvironmentError(
        `${KEY} is missing in ${this.folder}, and without it the device state cannot be opened; restore the folder from a backup`,
      );
    }
    this.#key = this.created
      ? Uint8Array.from(options.random(KEY_BYTES))
      : readFileSync(join(this.folder, KEY));
    this.device = this.created ? this.#create(options) : this.#restore(options);
    this.#tell(options);
    this.#testOften(options);
  }

  /** Opens the device of a folder, or makes a demo device with random master keys. */
  static open(options: DeviceFolderOptions): DeviceFolder {
    const opened = new DeviceFolder(options);
    if (opened.device.mode !== options.mode) {
      throw new EnvironmentError(
        `the device in ${options.folder} was made in ${opened.device.mode} mode; set PINFOLD_MODE=${opened.device.mode}, or use another data folder`,
      );
    }
    return opened;
  }

  /** Hands the sealed envelopes of a ceremony to `take` while `work` runs: the couriers of the demo. */
  async withEnvelopes<T>(take: (envelope: Envelope) => void, work: () => Promise<T>): Promise<T> {
    this.#envelopes = take;
    try {
      return await work();
    } finally {
      this.#envelopes = undefined;
    }
  }

  /** Writes the state now. The audit chain first: a state never names an entry that is not on disk. */
  save(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#audit.flush();
    const sealed = this.device.sealState(this.#key);
    if (this.#sealed !== undefined) writeWhole(join(this.folder, PREVIOUS), this.#sealed);
    writeWhole(join(this.folder, STATE), sealed);
    this.#sealed = sealed;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#selfTests);
    this.save();
    this.#audit.close();
  }

  /** Saves a little later, once for everything that happens until then. */
  touch(): void {
    if (this.#closed || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.save(), SAVE_AFTER_MS);
    this.#timer.unref();
  }

  /** What the start found: a failed self-test, a ceremony that the last stop broke off. */
  #tell({ log }: DeviceFolderOptions): void {
    const { failedTests, programFault, brokenOff } = this.device;
    if (failedTests.length > 0) {
      const why = programFault === '' ? '' : `: ${programFault}`;
      log(`self-test failed (${failedTests.join(', ')})${why}; the device answers only its status`);
    }
    if (brokenOff.length > 0) {
      log(
        `the ceremony of new master keys was broken off when the device stopped: the components of ${brokenOff.join(', ')} are erased, all custodians begin again`,
      );
    }
  }

  #testOften(options: DeviceFolderOptions): void {
    const minutes = options.selfTestMinutes ?? SELF_TEST_MINUTES;
    this.#selfTests = setInterval(() => {
      if (this.device.selfTest().length > 0) this.#tell(options);
    }, minutes * 60_000);
    this.#selfTests.unref();
  }

  #ports(options: DeviceFolderOptions): DeviceOptions {
    const { random, mode, policy, limits, integrity = programMeasure() } = options;
    return {
      random,
      mode,
      policy,
      limits,
      integrity,
      clock: { now: () => Date.now() },
      envelopes: (envelope) => this.#envelopes?.(envelope),
      auditTail: this.#audit.tail,
      audit: (line) => {
        if (this.#closed) return;
        this.#audit.append(line);
        this.touch();
      },
      persist: () => this.save(),
    };
  }

  #create(options: DeviceFolderOptions): Device {
    const demo = options.factory !== true;
    const device = Device.create({ ...this.#ports(options), demo });
    this.#audit.flush();
    this.#sealed = device.sealState(this.#key);
    writeWhole(join(this.folder, STATE), this.#sealed);
    writeWhole(join(this.folder, KEY), this.#key);
    if (demo) {
      options.log(`made a ${options.mode} demo device with random master keys in ${this.folder}`);
    }
    return device;
  }

  #restore(options: DeviceFolderOptions): Device {
    for (const name of [STATE, PREVIOUS]) {
      const path = join(this.folder, name);
      if (!existsSync(path)) continue;
      const sealed = readFileSync(path);
      const opened = Device.openState(sealed, this.#key, this.#ports(options));
      if (opened.ok) {
        this.#sealed = sealed;
        if (name === PREVIOUS)
          options.log(`${STATE} in ${this.folder} is damaged: used ${PREVIOUS}`);
        return opened.value;
      }
    }
    throw new EnvironmentError(
      `the device state in ${this.folder} is damaged, and so is the previous one; restore the folder from a backup`,
    );
  }
}
