/** A device's status for people: what it is, how it fares, what is under way. */
import type { Output } from '@pinfold/hsm';

type Line = readonly [name: string, text: string];

/** Lines that say nothing are left out. */
export function statusLines(status: Output<'Status'>): Line[] {
  const { mode, life, demo, approved, rulesOff, plugIns, failedTests, programSigner } = status;
  const { masterKeyVersion, checkValues, oldMasterKeys, masterKeyCustodians } = status;
  const outside = [
    ...(mode === 'legacy' ? ['legacy mode'] : []),
    ...rulesOff.map((rule) => `without ${rule}`),
    ...plugIns.map((name) => `plug-in ${name}`),
  ];
  const list = (name: string, values: readonly string[]): Line[] =>
    values.length === 0 ? [] : [[name, values.join(', ')]];
  return [
    ['device', `${mode}, ${life}${demo ? ', demo (random master keys, no logins)' : ''}`],
    ['approved', approved ? 'yes' : `no: ${outside.join(', ') || 'plug-ins are allowed'}`],
    ['self-tests', failedTests.length === 0 ? 'passed' : `FAILED: ${failedTests.join(', ')}`],
    ['program', programSigner === '' ? 'not measured' : `signed by ${programSigner}`],
    ['master keys', masterKeyVersion === 0 ? 'none' : `version ${masterKeyVersion}`],
    ...checkValues.map((value): Line => ['', value.replace('=', '  ')]),
    ...(oldMasterKeys ? ([['change', 'old master keys are kept until erase-old']] as const) : []),
    ...list('components', masterKeyCustodians),
    ['audit', `${status.auditEntries} entries, the last ${status.auditHead.slice(0, 16)}…`],
  ];
}
