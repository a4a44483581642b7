/**
 * Network management (0800) at the issuer: sign-on, sign-off, echo, and new zone keys from the switch.
 * Key blocks come under the zone control key and are taken into the own device; a new version stands
 * beside the old ones, and each message names the version it used. A key change is taken as a whole
 * or not at all, and taking the same one twice changes nothing.
 */
import type { HsmAnswer, HsmJob } from '@pinfold/hsm-client';
import { type IsoMessage, textOf } from '@pinfold/iso8583';
import { RESPONSE, type ResponseCodeValue } from '@pinfold/messages';
import { decodeOfferedKeys, NETWORK_CODES, type OfferedKey } from '../node/key-change.js';
import type { KeyRecord, KeyRing } from '../node/keys.js';

/**
 * Usages that a switch may give an issuer. The data key of the link is not among them: key managers of
 * both sides carry it, and a service is none.
 */
const TAKEN: ReadonlySet<string> = new Set(['ZPK', 'ZAK']);

export type NetworkPlan =
  | { readonly kind: 'answer'; readonly responseCode: ResponseCodeValue; readonly what: string }
  | { readonly kind: 'import'; readonly keys: readonly OfferedKey[] };

const ANSWERS: Readonly<Record<string, string>> = {
  [NETWORK_CODES.signOn]: 'signed-on',
  [NETWORK_CODES.signOff]: 'signed-off',
  [NETWORK_CODES.echo]: 'echo-answered',
};

const answer = (responseCode: ResponseCodeValue, what: string): NetworkPlan => ({
  kind: 'answer',
  responseCode,
  what,
});

/** What an authentic 0800 asks for. */
export function planNetwork(message: IsoMessage): NetworkPlan {
  const code = textOf(message, 70) ?? '';
  const what = ANSWERS[code];
  if (what !== undefined) return answer(RESPONSE.approved, what);
  if (code !== NETWORK_CODES.keyChange) {
    return answer(RESPONSE.invalidTransaction, 'network-code-unknown');
  }
  const keys = decodeOfferedKeys(message.fields[48]);
  if (keys === undefined || keys.some(({ usage }) => !TAKEN.has(usage))) {
    return answer(RESPONSE.formatError, 'key-change-malformed');
  }
  return { kind: 'import', keys };
}

/** True when this very key is held already: a repeated key change. */
export function isHeld(ring: KeyRing, link: string, offered: OfferedKey): boolean {
  return ring.at(link, offered.usage, offered.version)?.checkValue === offered.checkValue;
}

export function importJob({ usage, keyBlock, checkValue }: OfferedKey, zck: string): HsmJob {
  return { command: 'ImportKey', input: { keyBlock, under: zck, usage, checkValue } } as HsmJob;
}

/** The record to keep, or undefined when the device refused the key block. */
export function importedKey(
  { usage, version, checkValue }: OfferedKey,
  link: string,
  imported: HsmAnswer,
): KeyRecord | undefined {
  if (!imported.ok) return undefined;
  const { key: token } = imported.value as { key: string };
  return { owner: link, usage, version, token, checkValue, state: 'active' };
}
