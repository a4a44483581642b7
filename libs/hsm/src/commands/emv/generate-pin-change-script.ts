import { wipe } from '@pinfold/crypto';
import {
  encryptScriptData,
  type ScriptEncryption,
  scriptMac,
  visaPinChangeBlock,
} from '@pinfold/emv';
import { encodePinBlock } from '@pinfold/pin';
import type { Core } from '../../core.js';
import { dataCommand } from '../../declare/command.js';
import { bytes, choice, optional, token } from '../../declare/field.js';
import { readySlot } from '../../keys/key-store.js';
import { done, type Outcome, type Refusal, refusal } from '../../outcome.js';
import { chosenPin, pinInBlock } from '../../pin/customer-pin.js';
import { PIN_KEY, pinBlock, pinFormat } from '../fields.js';
import {
  AC_KEY,
  type Card,
  type CardKey,
  CONFIDENTIALITY_KEY,
  cardKey,
  cardMembers,
  INTEGRITY_KEY,
  type ScriptSession,
  scriptMethod,
  withSession,
} from './card-keys.js';
import {
  commandHeader,
  cryptogram,
  encryption,
  integrityKey,
  MAX_SCRIPT_DATA,
  macPrefix,
  scriptMacField,
  session,
} from './script-members.js';

const SLOT = readySlot({ ...PIN_KEY, part: 'key' });

export const generatePinChangeScript = dataCommand({
  name: 'GeneratePinChangeScript',
  group: 'emv',
  title: 'puts a new PIN into an issuer script command: enciphered for the card, with its MAC',
  source: 'EMV 4.4 Book 2, 9; Visa ICC Specification; M/Chip; payShield KU modes 2 to 4',
  roles: ['production'],
  input: {
    imkIntegrity: integrityKey(),
    imkConfidentiality: token('IMKSMC', CONFIDENTIALITY_KEY),
    imkCryptogram: optional(token('IMKAC; for Visa PIN blocks', AC_KEY)),
    ...cardMembers,
    session: session(),
    cryptogram: cryptogram(),
    commandHeader: commandHeader(),
    encryption: encryption(),
    block: choice('PIN block that the card gets', ['iso2', 'visa', 'visa-with-current-pin']),
    newPinBlock: pinBlock(),
    currentPinBlock: optional(pinBlock()),
    key: token('TPK or ZPK of the PIN blocks', PIN_KEY),
    format: pinFormat(),
  },
  output: {
    commandData: bytes('enciphered PIN block', { min: 8, max: MAX_SCRIPT_DATA, step: 8 }),
    mac: scriptMacField(),
  },
  errors: ['TOKEN_INVALID', 'INPUT_INVALID', 'FORMAT_REFUSED', 'PIN_BLOCK_INVALID', 'PIN_WEAK'],
  verdicts: ['PIN_BLOCK_INVALID', 'PIN_WEAK'],
  rules: ['M12.type-bound', 'M9.one-usage', 'M7.account-bound-issuance', 'M4.one-answer'],
  run(core, input) {
    const keys: Keys = {};
    try {
      const refused = openKeys(core, input, keys);
      if (refused !== undefined) return refused;
      const block = cardBlock(core, input, keys.cryptogram?.bytes);
      return block.ok ? done(scriptOf(input, keys as OpenedKeys, block.value)) : block;
    } finally {
      for (const key of Object.values(keys)) wipe(key.bytes);
    }
  },
});

interface Keys {
  integrity?: CardKey;
  confidentiality?: CardKey;
  /** The card's own key for cryptograms: Visa's PIN blocks take digits of it. */
  cryptogram?: CardKey;
}
type OpenedKeys = Required<Pick<Keys, 'integrity' | 'confidentiality'>>;

/** Opens the keys of the card one by one into `into`, which the caller wipes. */
function openKeys(
  core: Core,
  input: Card & { imkIntegrity: string; imkConfidentiality: string; imkCryptogram?: string },
  into: Keys,
): Refusal | undefined {
  const card = input;
  const integrity = cardKey(core, INTEGRITY_KEY, { token: input.imkIntegrity, card });
  if (!integrity.ok) return integrity;
  into.integrity = integrity.value;
  const token = input.imkConfidentiality;
  const confidentiality = cardKey(core, CONFIDENTIALITY_KEY, { token, card });
  if (!confidentiality.ok) return confidentiality;
  into.confidentiality = confidentiality.value;
  if (input.imkCryptogram === undefined) return undefined;
  const cryptogram = cardKey(core, AC_KEY, { token: input.imkCryptogram, card });
  if (!cryptogram.ok) return cryptogram;
  into.cryptogram = cryptogram.value;
  // Visa's blocks are made of eight bytes of a triple-DES key.
  return cryptogram.value.cipher === 'aes' ? refusal('INPUT_INVALID') : undefined;
}

interface Script {
  readonly session: ScriptSession;
  readonly atc: Uint8Array;
  readonly cryptogram: Uint8Array;
  readonly encryption: ScriptEncryption;
  readonly commandHeader: Uint8Array;
}

/** Enciphers the block for the card and makes the MAC of the command. Wipes the block. */
function scriptOf(input: Script, keys: OpenedKeys, block: Uint8Array) {
  const { confidentiality, integrity } = keys;
  const methodFor = ({ cipher }: CardKey) => scriptMethod(input.session, input, cipher);
  const commandData = withSession(confidentiality, methodFor(confidentiality), (key) =>
    encryptScriptData({
      key,
      cipher: confidentiality.cipher,
      data: block,
      encryption: input.encryption,
    }),
  );
  wipe(block);
  const mac = withSession(integrity, methodFor(integrity), (key) =>
    scriptMac({
      key,
      cipher: integrity.cipher,
      commandHeader: input.commandHeader,
      macPrefix: macPrefix(input),
      commandData,
    }),
  );
  return { commandData, mac };
}

interface PinChange {
  readonly block: 'iso2' | 'visa' | 'visa-with-current-pin';
  readonly key: string;
  readonly format: string;
  readonly pan: string;
  readonly newPinBlock: Uint8Array;
  readonly currentPinBlock?: Uint8Array;
}

/** The block that the card is to get, in clear. */
function cardBlock(
  core: Core,
  input: PinChange,
  masterKeyAc: Uint8Array | undefined,
): Outcome<Uint8Array> {
  const { block, format, pan } = input;
  const key = core.keys.open(input.key, SLOT);
  if (key === undefined) return refusal('TOKEN_INVALID');
  const withCurrent = block === 'visa-with-current-pin';
  const complete = (block === 'iso2') === (masterKeyAc === undefined);
  if (!complete || withCurrent !== (input.currentPinBlock !== undefined)) {
    return refusal('INPUT_INVALID');
  }
  const pin = chosenPin(core, key, { format, pan, pinBlock: input.newPinBlock });
  if (!pin.ok) return pin;
  if (masterKeyAc === undefined) return done(encodePinBlock({ format: 'iso2', pin: pin.value }));
  const current = withCurrent
    ? pinInBlock(core, key, { format, pan, pinBlock: input.currentPinBlock! })
    : undefined;
  if (current?.ok === false) return current;
  return done(visaPinChangeBlock({ masterKeyAc, newPin: pin.value, currentPin: current?.value }));
}
