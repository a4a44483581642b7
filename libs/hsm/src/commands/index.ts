/** All commands, by name: the one list. Adding a command is adding its file and a line here. */
import type { AnyCommand } from '../declare/command.js';
import type { CommonError } from '../declare/common-errors.js';
import type { Infer } from '../declare/field.js';
import { activateDevice } from './administration/activate-device.js';
import { auditCheckpoint } from './administration/audit-checkpoint.js';
import { cancelMasterKeys } from './administration/cancel-master-keys.js';
import { changePassphrase } from './administration/change-passphrase.js';
import { completeMasterKeys } from './administration/complete-master-keys.js';
import { contributeMasterKeyComponent } from './administration/contribute-master-key-component.js';
import { createUser } from './administration/create-user.js';
import { eraseOldMasterKeys } from './administration/erase-old-master-keys.js';
import { listUsers } from './administration/list-users.js';
import { reEncryptRecord } from './administration/re-encrypt-record.js';
import { reEncryptRsaKey } from './administration/re-encrypt-rsa-key.js';
import { reEncryptToken } from './administration/re-encrypt-token.js';
import { removeUser } from './administration/remove-user.js';
import { selfTest } from './administration/self-test.js';
import { status } from './administration/status.js';
import { tamper } from './administration/tamper.js';
import { trustProgram } from './administration/trust-program.js';
import { generateCardCode } from './cards/generate-card-code.js';
import { verifyCardCode } from './cards/verify-card-code.js';
import { decryptData } from './data/decrypt-data.js';
import { decryptDataKey } from './data/decrypt-data-key.js';
import { encryptData } from './data/encrypt-data.js';
import { exportDataKey } from './data/export-data-key.js';
import { generateDataKey } from './data/generate-data-key.js';
import { generateTypedKey } from './data/generate-typed-key.js';
import { importDataKey } from './data/import-data-key.js';
import { translateData } from './data/translate-data.js';
import { typedDecrypt } from './data/typed-decrypt.js';
import { typedEncrypt } from './data/typed-encrypt.js';
import { typedExport } from './data/typed-export.js';
import { typedImport } from './data/typed-import.js';
import { decryptDukptData } from './dukpt/decrypt-dukpt-data.js';
import { deriveInitialKey } from './dukpt/derive-initial-key.js';
import { encryptDukptData } from './dukpt/encrypt-dukpt-data.js';
import { generateDukptMac } from './dukpt/generate-dukpt-mac.js';
import { translateDukptPinBlock } from './dukpt/translate-dukpt-pin-block.js';
import { verifyDukptMac } from './dukpt/verify-dukpt-mac.js';
import { verifyDukptPin } from './dukpt/verify-dukpt-pin.js';
import { encryptScriptData } from './emv/encrypt-script-data.js';
import { generatePinChangeScript } from './emv/generate-pin-change-script.js';
import { generateScriptMac } from './emv/generate-script-mac.js';
import { verifyArqcGenerateArpc } from './emv/verify-arqc-generate-arpc.js';
import { verifyCapCode } from './emv/verify-cap-code.js';
import { verifyCardAuthentication } from './emv/verify-card-authentication.js';
import { exportKeyBlock } from './keyblocks/export-key-block.js';
import { importKeyBlock } from './keyblocks/import-key-block.js';
import { encryptCommsKey } from './keys/encrypt-comms-key.js';
import { exportKey } from './keys/export-key.js';
import { generateWorkingKey } from './keys/generate-working-key.js';
import { importKey } from './keys/import-key.js';
import { keyCheckValue } from './keys/key-check-value.js';
import { translateCommsKeyToTmk } from './keys/translate-comms-key-to-tmk.js';
import { chainMacPart } from './macs/chain-mac.js';
import { generateMac } from './macs/generate-mac.js';
import { generateMessageMac } from './macs/generate-message-mac.js';
import { verifyMac } from './macs/verify-mac.js';
import { verifyMessageMac } from './macs/verify-message-mac.js';
import { calculateOffset } from './pins/calculate-offset.js';
import { changePin } from './pins/change-pin.js';
import { changeStoredPin } from './pins/change-stored-pin.js';
import { createVerificationRecord } from './pins/create-verification-record.js';
import { demoPinBlock } from './pins/demo-pin-block.js';
import { generatePin } from './pins/generate-pin.js';
import { issueDemoPin } from './pins/issue-demo-pin.js';
import { pinV } from './pins/pin-v.js';
import { printPinMailer } from './pins/print-pin-mailer.js';
import { recoverPin } from './pins/recover-pin.js';
import { showDemoPin } from './pins/show-demo-pin.js';
import { storePin } from './pins/store-pin.js';
import { translatePinBlock } from './pins/translate-pin-block.js';
import { verifyPin } from './pins/verify-pin.js';
import { verifyStoredPin } from './pins/verify-stored-pin.js';
import { generateRsaKey } from './rsa/generate-rsa-key.js';
import { rsaDecrypt } from './rsa/rsa-decrypt.js';
import { rsaPublicKey } from './rsa/rsa-public-key.js';
import { rsaSign } from './rsa/rsa-sign.js';
import { rsaUnwrapKey } from './rsa/rsa-unwrap-key.js';
import { rsaVerify } from './rsa/rsa-verify.js';
import { closeCeremony } from './shares/close-ceremony.js';
import { combineKeyShares } from './shares/combine-key-shares.js';
import { contributeShare } from './shares/contribute-share.js';
import { generateKeyShares } from './shares/generate-key-shares.js';
import { openCeremony } from './shares/open-ceremony.js';
import { activateDecimalisationTable } from './tables/activate-decimalisation-table.js';
import { registerDecimalisationTable } from './tables/register-decimalisation-table.js';
import { bindDistributor } from './tr34/bind-distributor.js';
import { tr34CertificateRequest } from './tr34/certificate-request.js';
import { distrustAuthority } from './tr34/distrust-authority.js';
import { followRelease } from './tr34/follow-release.js';
import { randomNumber } from './tr34/random-number.js';
import { receiveKey } from './tr34/receive-key.js';
import { releaseReceiver } from './tr34/release-receiver.js';
import { sendKey } from './tr34/send-key.js';
import { trustAuthority } from './tr34/trust-authority.js';

export const COMMANDS = {
  OpenCeremony: openCeremony,
  GenerateKeyShares: generateKeyShares,
  ContributeShare: contributeShare,
  CombineKeyShares: combineKeyShares,
  CloseCeremony: closeCeremony,
  GenerateWorkingKey: generateWorkingKey,
  ExportKey: exportKey,
  ImportKey: importKey,
  TranslateCommsKeyToTMK: translateCommsKeyToTmk,
  EncryptCommsKey: encryptCommsKey,
  KeyCheckValue: keyCheckValue,
  VerifyPin: verifyPin,
  PIN_V: pinV,
  TranslatePinBlock: translatePinBlock,
  CalculateOffset: calculateOffset,
  CreateVerificationRecord: createVerificationRecord,
  IssueDemoPin: issueDemoPin,
  ShowDemoPin: showDemoPin,
  DemoPinBlock: demoPinBlock,
  GenerateMac: generateMac,
  VerifyMac: verifyMac,
  GenerateMessageMac: generateMessageMac,
  VerifyMessageMac: verifyMessageMac,
  ChainMac: chainMacPart,
  GenerateCardCode: generateCardCode,
  VerifyCardCode: verifyCardCode,
  DeriveInitialKey: deriveInitialKey,
  TranslateDukptPinBlock: translateDukptPinBlock,
  VerifyDukptPin: verifyDukptPin,
  GenerateDukptMac: generateDukptMac,
  VerifyDukptMac: verifyDukptMac,
  EncryptDukptData: encryptDukptData,
  DecryptDukptData: decryptDukptData,
  VerifyArqcGenerateArpc: verifyArqcGenerateArpc,
  GenerateScriptMac: generateScriptMac,
  EncryptScriptData: encryptScriptData,
  GeneratePinChangeScript: generatePinChangeScript,
  VerifyCapCode: verifyCapCode,
  VerifyCardAuthentication: verifyCardAuthentication,
  ExportKeyBlock: exportKeyBlock,
  ImportKeyBlock: importKeyBlock,
  GenerateDataKey: generateDataKey,
  DecryptDataKey: decryptDataKey,
  ExportDataKey: exportDataKey,
  ImportDataKey: importDataKey,
  EncryptData: encryptData,
  DecryptData: decryptData,
  TranslateData: translateData,
  GenerateTypedKey: generateTypedKey,
  TypedEncrypt: typedEncrypt,
  TypedDecrypt: typedDecrypt,
  TypedExport: typedExport,
  TypedImport: typedImport,
  GeneratePin: generatePin,
  RecoverPin: recoverPin,
  PrintPinMailer: printPinMailer,
  ChangePin: changePin,
  StorePin: storePin,
  VerifyStoredPin: verifyStoredPin,
  ChangeStoredPin: changeStoredPin,
  RegisterDecimalisationTable: registerDecimalisationTable,
  ActivateDecimalisationTable: activateDecimalisationTable,
  GenerateRsaKey: generateRsaKey,
  RsaPublicKey: rsaPublicKey,
  RsaSign: rsaSign,
  RsaVerify: rsaVerify,
  RsaDecrypt: rsaDecrypt,
  RsaUnwrapKey: rsaUnwrapKey,
  Tr34TrustAuthority: trustAuthority,
  Tr34DistrustAuthority: distrustAuthority,
  Tr34CertificateRequest: tr34CertificateRequest,
  Tr34BindDistributor: bindDistributor,
  Tr34RandomNumber: randomNumber,
  Tr34ReceiveKey: receiveKey,
  Tr34FollowRelease: followRelease,
  Tr34SendKey: sendKey,
  Tr34ReleaseReceiver: releaseReceiver,
  ActivateDevice: activateDevice,
  AuditCheckpoint: auditCheckpoint,
  CancelMasterKeys: cancelMasterKeys,
  ChangePassphrase: changePassphrase,
  CompleteMasterKeys: completeMasterKeys,
  ContributeMasterKeyComponent: contributeMasterKeyComponent,
  CreateUser: createUser,
  EraseOldMasterKeys: eraseOldMasterKeys,
  ListUsers: listUsers,
  ReEncryptRecord: reEncryptRecord,
  ReEncryptRsaKey: reEncryptRsaKey,
  ReEncryptToken: reEncryptToken,
  RemoveUser: removeUser,
  SelfTest: selfTest,
  Status: status,
  Tamper: tamper,
  TrustProgram: trustProgram,
} as const;

export type CommandName = keyof typeof COMMANDS;
export const COMMAND_NAMES = Object.keys(COMMANDS) as CommandName[];
export type Input<N extends CommandName> = Infer<(typeof COMMANDS)[N]['input']>;
export type Output<N extends CommandName> = Infer<(typeof COMMANDS)[N]['output']>;
/** Own and common errors; a rule in force can answer with its own error too. */
export type ErrorCode<N extends CommandName> = (typeof COMMANDS)[N]['errors'][number] | CommonError;

/** The declaration by name, for code that handles any command. */
export function commandNamed(name: string): AnyCommand | undefined {
  return Object.hasOwn(COMMANDS, name)
    ? (COMMANDS[name as CommandName] as unknown as AnyCommand)
    : undefined;
}
