/** Issuer scripts to cards: the MAC of a command, its data enciphered, a new PIN in it. */
import { concatBytes, decryptEcb, toHex } from '@pinfold/crypto';
import {
  encryptScriptData,
  type ScriptEncryption,
  scriptMac,
  visaPinChangeBlock,
} from '@pinfold/emv';
import { encodePinBlock } from '@pinfold/pin';
import { digitsOf } from './clear-pin.js';
import { cardKeyOf, type SessionOf, withSession } from './emv.js';
import type { LmkContext } from './lmk-context.js';
import { type LmkKey, openKeyOf } from './open-key.js';
import { pinOfBlock } from './pin-blocks.js';
import { refuse } from './refusal.js';

export type { ScriptEncryption };

/** Data under a transport key (ECB), or a PIN block under a PIN key. */
export type ScriptContent =
  | { readonly kind: 'data'; readonly transport: LmkKey; readonly cipher: Uint8Array }
  | ({ readonly kind: 'pin' } & PinForCard);

export interface PinForCard {
  readonly pinKey: LmkKey;
  /** Eight bytes. */
  readonly pinBlock: Uint8Array;
  readonly sourceFormat: string;
  readonly account: string;
  /** ISO format 2, Mastercard's, Visa's without and with the current PIN. */
  readonly destination: '34' | '35' | '41' | '42';
  /** Of Visa's: the master key for cryptograms. */
  readonly mkAc?: LmkKey;
  /** Hexadecimal, as the new one. */
  readonly currentPinBlock?: string;
}

export interface ScriptRequest {
  readonly panPsn: Uint8Array;
  readonly message: Uint8Array;
  readonly integrity: { readonly master: LmkKey; readonly session: SessionOf };
  readonly confidentiality?: {
    readonly master: LmkKey;
    readonly session: SessionOf;
    readonly encryption: ScriptEncryption;
    readonly content: ScriptContent;
    /** Where the enciphered data goes in the message. */
    readonly at: number;
  };
}

/** The MAC over the message with the enciphered data put into it, and that data; 80 for a wrong place. */
export function scriptOf(
  context: LmkContext,
  o: ScriptRequest,
): { mac: Uint8Array; sealed?: Uint8Array } {
  const { confidentiality } = o;
  if (confidentiality === undefined) return { mac: macOf(o, o.message) };
  const { master, session, encryption, content, at } = confidentiality;
  const clear = content.kind === 'pin' ? pinForCard(context, content, o.panPsn) : dataOf(content);
  const sealed = withSession(cardKeyOf(master, o), session, (key) =>
    encryptScriptData({ key, data: clear, encryption }),
  );
  clear.fill(0);
  if (at > o.message.length) refuse('80');
  const whole = concatBytes(o.message.subarray(0, at), sealed, o.message.subarray(at));
  return { mac: macOf(o, whole), sealed };
}

function macOf(o: ScriptRequest, whole: Uint8Array): Uint8Array {
  const { master, session } = o.integrity;
  return withSession(cardKeyOf(master, o), session, (key) =>
    scriptMac({ key, commandHeader: whole, macPrefix: new Uint8Array() }),
  );
}

/** The data in clear, from under its transport key. */
function dataOf({ transport, cipher }: Extract<ScriptContent, { kind: 'data' }>): Uint8Array {
  const { block } = openKeyOf(transport);
  if (cipher.length === 0 || cipher.length % block.blockBytes !== 0) refuse('80');
  return decryptEcb(block, cipher);
}

/** The PIN of the block as the card takes it, in clear. */
function pinForCard(context: LmkContext, o: PinForCard, panPsn: Uint8Array): Uint8Array {
  const { account, sourceFormat: format } = o;
  const pinOf = (block: string): string =>
    digitsOf(pinOfBlock(context, o.pinKey, { block, format, account }));
  if (o.pinBlock.length !== 8) refuse('80');
  const pin = pinOf(toHex(o.pinBlock));
  switch (o.destination) {
    case '34':
      return encodePinBlock({ format: 'iso2', pin });
    case '35':
      return encodePinBlock({ format: 'mastercard-pay-now-pay-later', pin, pan: `${account}0` });
    case '41':
    case '42': {
      const masterKeyAc = cardKeyOf(o.mkAc!, { panPsn });
      const currentPin = o.currentPinBlock === undefined ? undefined : pinOf(o.currentPinBlock);
      const block = visaPinChangeBlock({ masterKeyAc, newPin: pin, currentPin });
      masterKeyAc.fill(0);
      return block;
    }
  }
}
