/**
 * The device's commands at a payShield: by which host commands each is done, and the function that asks.
 * What has no row here and is not `LOCAL` a payShield does not do.
 */
import type { HostCommandCode } from '@pinfold/host-commands';
import { COMMANDS, type CommandName, type Input, opaqueText, shapeCheck } from '@pinfold/hsm';
import { exportKey, generateWorkingKey, importKey, keyCheckValue } from './keys.js';
import { generateMac, verifyMac } from './macs.js';
import { createVerificationRecord, verifyPin } from './pins.js';
import type { Step, World } from './question.js';
import { translatePinBlock } from './translate-pin-block.js';

export interface Row<N extends CommandName = CommandName> {
  /** For the reader and the tests: what may be sent. */
  readonly host: readonly HostCommandCode[];
  /** The first question, or the refusal that needs none. */
  readonly ask: (input: Input<N>, world: World) => Step;
  /** Members of the input, where they are not those of the device. */
  readonly accepts?: (input: unknown) => boolean;
}

/** Sealed by the institution, not by a device. */
const SEALED_RECORD = opaqueText('sealed verification record', { min: 1, max: 512 });

const verifyPinInput = { ...COMMANDS.VerifyPin.input, record: SEALED_RECORD };

export const ROWS: { readonly [N in CommandName]?: Row<N> } = {
  GenerateMac: { host: ['M6'], ask: generateMac },
  VerifyMac: { host: ['M8'], ask: verifyMac },
  TranslatePinBlock: { host: ['CA', 'CC'], ask: translatePinBlock },
  VerifyPin: {
    host: ['DC', 'EC', 'DA', 'EA'],
    ask: verifyPin,
    accepts: shapeCheck(verifyPinInput),
  },
  CreateVerificationRecord: {
    host: ['JC', 'JE', 'DG', 'DE'],
    ask: createVerificationRecord,
  },
  GenerateWorkingKey: { host: ['A0'], ask: generateWorkingKey },
  ExportKey: { host: ['A8'], ask: exportKey },
  ImportKey: { host: ['A6'], ask: importKey },
  KeyCheckValue: { host: ['BU'], ask: keyCheckValue },
};

/** What no host command does, and the institution's device does as ever. */
export const LOCAL: ReadonlySet<string> = new Set([
  'GenerateDataKey',
  'DecryptDataKey',
  'ExportDataKey',
  'ImportDataKey',
  'ShowDemoPin',
  'DemoPinBlock',
]);
