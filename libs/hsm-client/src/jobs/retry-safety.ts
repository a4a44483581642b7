/**
 * Which commands may be sent to another device when no answer came. What is not named here is not
 * repeated: a new command is sent once until somebody has decided (a test asks for the decision).
 *
 * A command may be repeated when it changes nothing that a device keeps and either gives the same answer
 * again (translations, verifications, MACs, exports) or makes something of which the caller uses one and
 * drops the other, unseen (a working key, a data key, a PIN). A wrong PIN told to two devices counts in
 * both: that is the safe side.
 */
import type { CommandName } from '@pinfold/hsm';

export const REPEATABLE: ReadonlySet<CommandName> = new Set<CommandName>([
  'GenerateWorkingKey',
  'ExportKey',
  'ImportKey',
  'TranslateCommsKeyToTMK',
  'KeyCheckValue',
  'VerifyPin',
  'PIN_V',
  'TranslatePinBlock',
  'CalculateOffset',
  'CreateVerificationRecord',
  'IssueDemoPin',
  'ShowDemoPin',
  'DemoPinBlock',
  'GenerateMac',
  'VerifyMac',
  'GenerateMessageMac',
  'VerifyMessageMac',
  'ChainMac',
  'GenerateCardCode',
  'VerifyCardCode',
  'DeriveInitialKey',
  'TranslateDukptPinBlock',
  'VerifyDukptPin',
  'GenerateDukptMac',
  'VerifyDukptMac',
  'EncryptDukptData',
  'DecryptDukptData',
  'EncryptData',
  'DecryptData',
  'TranslateData',
  'VerifyArqcGenerateArpc',
  'GenerateScriptMac',
  'EncryptScriptData',
  'GeneratePinChangeScript',
  'VerifyCapCode',
  'VerifyCardAuthentication',
  'ExportKeyBlock',
  'ImportKeyBlock',
  'GenerateDataKey',
  'DecryptDataKey',
  'TypedEncrypt',
  'TypedDecrypt',
  'TypedExport',
  'TypedImport',
  'GeneratePin',
  'RecoverPin',
  'StorePin',
  'VerifyStoredPin',
  'RsaPublicKey',
  'RsaSign',
  'RsaVerify',
  'RsaDecrypt',
  'Status',
  'ListUsers',
]);

/** Commands that change nothing and are not repeated all the same, and why. */
export const SENT_ONCE: Readonly<Partial<Record<CommandName, string>>> = {
  ChangePin: 'the old PIN is verified again, and a second try counts when the first one was wrong',
  ChangeStoredPin: 'as ChangePin',
  AuditCheckpoint: 'the other device has another audit chain',
  Tr34CertificateRequest: 'the RSA key is of one device',
  Tr34RandomNumber: 'the device that made it waits for its answer',
  Tr34ReleaseReceiver: 'a second signed token would be about',
  ReEncryptToken: 'the other device may not have changed its master keys yet',
  ReEncryptRecord: 'as ReEncryptToken',
  ReEncryptRsaKey: 'as ReEncryptToken',
};
