/**
 * MACs of a chunk: verifies those of requests in one batch, makes those of answers in another. The
 * version of the zone MAC key is the one that DE 53 names; an answer goes out under the same one.
 */
import type { HsmAnswer, HsmClient, HsmJob } from '@pinfold/hsm-client';
import { type IsoMessage, macInputOf, macOf, pack, packForMac, placeMac } from '@pinfold/iso8583';
import { askBatch } from '../node/chunk.js';
import type { KeyRing } from '../node/keys.js';
import type { Incoming } from '../node/ports.js';
import { decodeSecurityInfo, encodeSecurityInfo } from '../node/security-info.js';
import type { Answer, MacOutcome } from './answer.js';
import { answerMessage } from './answers.js';

/** Who is on the other side, and which keys there are. */
export interface MacKeys {
  readonly ring: KeyRing;
  readonly link: string;
}

/** Version of the MAC key that a message names, undefined when it names none. */
export function macVersionOf(message: IsoMessage): number | undefined {
  return decodeSecurityInfo(message.fields[53])?.macKeyVersion;
}

export function macKeyOf({ ring, link }: MacKeys, message: IsoMessage): string | undefined {
  const version = macVersionOf(message);
  return version === undefined ? undefined : ring.at(link, 'ZAK', version)?.token;
}

/** One outcome per message. A key version that is not held, or no MAC at all, is `invalid`. */
export async function verifyMacs(
  hsm: HsmClient,
  keys: MacKeys,
  incoming: readonly Incoming[],
): Promise<MacOutcome[]> {
  const jobs: HsmJob[] = [];
  const at: number[] = [];
  const outcomes = incoming.map((): MacOutcome => 'invalid');
  for (const [i, { message, bytes }] of incoming.entries()) {
    const key = macKeyOf(keys, message);
    const data = macInputOf(bytes);
    const mac = macOf(bytes);
    if (key === undefined || data === undefined || mac === undefined) continue;
    jobs.push({ command: 'VerifyMac', input: { key, data, mac } });
    at.push(i);
  }
  const answers = await askBatch(hsm, jobs);
  for (const [j, i] of at.entries()) outcomes[i] = macOutcome(answers?.[j]);
  return outcomes;
}

function macOutcome(answer: HsmAnswer | undefined): MacOutcome {
  if (answer === undefined) return 'silent';
  return answer.ok ? 'valid' : 'invalid';
}

/**
 * Packs answers and puts the MACs in. An answer for which no key is held or no device answers goes
 * out without a MAC; who needs one will not believe it.
 */
export async function packWithMacs(
  hsm: HsmClient,
  keys: MacKeys,
  answers: readonly { readonly request: IsoMessage; readonly answer: Answer }[],
): Promise<Uint8Array[]> {
  const messages = answers.map(({ request, answer }) => answerMessage(request, answer));
  const jobs: HsmJob[] = [];
  const at: { index: number; bytes: Uint8Array }[] = [];
  for (const [index, message] of messages.entries()) {
    const key = keyForAnswer(keys, message);
    if (key === undefined) continue;
    const bytes = packForMac(message);
    jobs.push({ command: 'GenerateMac', input: { key, data: macInputOf(bytes)! } });
    at.push({ index, bytes });
  }
  const made = await askBatch(hsm, jobs);
  const packed: (Uint8Array | undefined)[] = messages.map(() => undefined);
  for (const [j, { index, bytes }] of at.entries()) {
    const one = made?.[j];
    if (one?.ok) packed[index] = placeMac(bytes, (one.value as { mac: Uint8Array }).mac);
  }
  return packed.map((bytes, i) => bytes ?? packPlain(messages[i]!));
}

/** The key of the version that the answer names; else the newest one, which DE 53 then names. */
function keyForAnswer({ ring, link }: MacKeys, message: IsoMessage): string | undefined {
  const named = macKeyOf({ ring, link }, message);
  if (named !== undefined) return named;
  const newest = ring.active(link, 'ZAK');
  if (newest === undefined) return undefined;
  const { version: macKeyVersion } = newest;
  message.fields[53] = encodeSecurityInfo({ format: 'none', pinKeyVersion: 0, macKeyVersion });
  return newest.token;
}

function packPlain({ mti, fields }: IsoMessage): Uint8Array {
  const { 64: _, 128: __, ...rest } = fields;
  return pack({ mti, fields: rest });
}
