/**
 * Handles the 0800s of the link and holds the working copy of its keys. Keys that another process of
 * this issuer took are read from the store when a message names a version that is not held.
 */
import { textOf } from '@pinfold/iso8583';
import { RESPONSE } from '@pinfold/messages';
import { askBatch } from '../node/chunk.js';
import type { OfferedKey } from '../node/key-change.js';
import type { KeyRecord, KeyRing } from '../node/keys.js';
import type { Incoming } from '../node/ports.js';
import type { Answer } from './answer.js';
import type { IssuerPorts } from './issuer-ports.js';
import { importedKey, importJob, isHeld, planNetwork } from './key-exchange.js';
import { macKeyOf, verifyMacs } from './mac-desk.js';

/** Between two looks into the store for a key version that nobody knows. */
const REFRESH_EVERY_MS = 1_000;

const answer = (responseCode: string): Answer => ({
  responseCode,
  approvalCode: '',
  repeated: false,
});

export class NetworkDesk {
  readonly #ports: IssuerPorts;
  readonly ring: KeyRing;
  #refreshedAtMs = Number.NEGATIVE_INFINITY;

  constructor(ports: IssuerPorts, ring: KeyRing) {
    this.#ports = ports;
    this.ring = ring;
  }

  get link(): string {
    return this.#ports.settings.link;
  }

  /** Looks into the store when a message names a MAC key that is not held; at most once a second. */
  async refreshFor(incoming: readonly Incoming[]): Promise<void> {
    const { clock, store } = this.#ports;
    if (incoming.every(({ message }) => macKeyOf(this, message) !== undefined)) return;
    if (clock.now() - this.#refreshedAtMs < REFRESH_EVERY_MS) return;
    this.#refreshedAtMs = clock.now();
    for (const record of await store.keys()) this.ring.put(record);
  }

  /** Answers to 0800s, in order. */
  async handle(incoming: readonly Incoming[]): Promise<Answer[]> {
    const answers: Answer[] = [];
    for (const one of incoming) answers.push(await this.#handleOne(one));
    return answers;
  }

  async #handleOne(incoming: Incoming): Promise<Answer> {
    const { hsm, settings, observe } = this.#ports;
    const what = (name: string) => observe({ at: settings.issuerId, what: name });
    const authentic = await this.#authentic(incoming);
    if (authentic !== undefined) {
      what('network-message-refused');
      return answer(authentic);
    }
    const plan = planNetwork(incoming.message);
    if (plan.kind === 'answer') {
      what(plan.what);
      return answer(plan.responseCode);
    }
    const fresh = plan.keys.filter((key) => !isHeld(this.ring, this.link, key));
    const jobs = fresh.map((key) => importJob(key, settings.zck));
    const imported = await askBatch(hsm, jobs);
    if (imported === undefined) return answer(RESPONSE.systemMalfunction);
    const records = fresh.map((key, i) => importedKey(key, this.link, imported[i]!));
    if (records.includes(undefined)) {
      what('key-block-refused');
      return answer(RESPONSE.cryptographicFailure);
    }
    await this.#take(records as KeyRecord[], fresh);
    return answer(RESPONSE.approved);
  }

  /**
   * Response code of a message that may not be believed, else undefined. Without a MAC an 0800 counts
   * only while there is no key to make one with: the first key blocks authenticate themselves. Or when
   * it offers again what is held already: then the answer to the first offer was lost, and the switch
   * has no key that it could trust.
   */
  async #authentic(incoming: Incoming): Promise<string | undefined> {
    const { message } = incoming;
    await this.refreshFor([incoming]);
    const first = this.ring.newest(this.link, 'ZAK') === undefined;
    const maced = message.fields[64] !== undefined || message.fields[128] !== undefined;
    if (!maced && (first || this.#offersHeldKeys(incoming))) return undefined;
    const [outcome] = await verifyMacs(this.#ports.hsm, this, [incoming]);
    if (outcome === 'valid') return undefined;
    return outcome === 'silent' ? RESPONSE.systemMalfunction : RESPONSE.cryptographicFailure;
  }

  #offersHeldKeys({ message }: Incoming): boolean {
    const plan = planNetwork(message);
    return plan.kind === 'import' && plan.keys.every((key) => isHeld(this.ring, this.link, key));
  }

  async #take(records: readonly KeyRecord[], offered: readonly OfferedKey[]): Promise<void> {
    const { store, settings, observe } = this.#ports;
    await store.saveKeys(records);
    for (const record of records) this.ring.put(record);
    for (const { usage, version, checkValue } of offered) {
      const detail = { usage, version, checkValue };
      observe({ at: settings.issuerId, what: 'key-changed', detail });
    }
  }
}

/** STAN of an 0800 for its answer's correlation, when the record had none. */
export function correlationOf({ message, correlation }: Incoming): string {
  return correlation === '' ? (textOf(message, 11) ?? '') : correlation;
}
