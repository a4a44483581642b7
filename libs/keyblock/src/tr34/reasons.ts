import { type Refused, refused } from '@pinfold/crypto';

/**
 * Why a token is refused, in the order in which it is looked for; outside it is always
 * `KEY_TRANSPORT_INVALID`.
 */
export const TR34_REASONS = {
  TOKEN_MALFORMED: 'not the DER of a TR-34 token',
  SENDER_UNTRUSTED: 'the sender is not certified, out of time, revoked, or too weak',
  SENDER_OTHER: 'signed by another party than the one expected',
  CONTENT_ALTERED: 'the digest of the content is not the signed one',
  SIGNATURE_WRONG: 'the signature does not verify',
  NONCE_WRONG: 'not an answer to this random number',
  TIME_WRONG: 'not of this time, or not newer than the last one',
  RECEIVER_OTHER: 'about another receiver',
  CREDENTIAL_UNTRUSTED: 'the new distributor is not certified, out of time, revoked, or too weak',
  HEADER_INVALID: 'the key block header is not valid',
  CONTENT_WRONG: 'for another receiver, or not what the header says; told apart by nothing',
} as const;

export type Tr34Reason = keyof typeof TR34_REASONS;
export type Tr34Refusal = 'KEY_TRANSPORT_INVALID';

export function no(reason: Tr34Reason): Refused<Tr34Refusal> {
  return refused<Tr34Refusal>('KEY_TRANSPORT_INVALID', reason);
}
