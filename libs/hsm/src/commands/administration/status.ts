import { MAX_MASTER_COMPONENTS } from '../../administration/master-key-ceremony.js';
import { dataCommand } from '../../declare/command.js';
import { choice, flag, integer, list, text } from '../../declare/field.js';
import { LIFE_STATES } from '../../life-cycle.js';
import { done } from '../../outcome.js';
import { MODES } from '../../policy/policy.js';
import { ROLE_NAMES } from '../../policy/roles.js';

export const status = dataCommand({
  name: 'Status',
  group: 'administration',
  title: 'says what the device is and how it fares',
  source: 'FIPS 140-3, 7.4.3 (show status)',
  roles: ROLE_NAMES,
  states: LIFE_STATES,
  input: {},
  output: {
    mode: choice('mode', MODES),
    life: choice('state of its life', LIFE_STATES),
    demo: flag('a demo device: random master keys, demo PINs'),
    approved: flag('no plug-ins, no rule switched off'),
    rulesOff: list('rules switched off', text('rule', { min: 1, max: 40 }), { min: 0, max: 64 }),
    masterKeyVersion: integer('version of the master keys; 0: none', { min: 0, max: 255 }),
    checkValues: list('master keys with check values', text('NAME=VALUE', { min: 1, max: 16 }), {
      min: 0,
      max: 5,
    }),
    failedTests: list('self-tests that failed', text('test', { min: 1, max: 40 }), {
      min: 0,
      max: 64,
    }),
    plugIns: list("a customer's own commands", text('command', { min: 1, max: 64 }), {
      min: 0,
      max: 64,
    }),
    programSigner: text('SHA-256 of the key that signed the running program; empty: not measured', {
      min: 0,
      max: 64,
    }),
    masterKeyCustodians: list(
      'who has contributed to new master keys',
      text('name', { min: 1, max: 64 }),
      { min: 0, max: MAX_MASTER_COMPONENTS },
    ),
    oldMasterKeys: flag('a change of master keys is under way: the old set still re-encrypts'),
    auditEntries: integer('entries in the audit chain', { min: 0, max: 2 ** 40 }),
    auditHead: text('hash of the last audit line', { min: 64, max: 64 }),
  },
  errors: [],
  rules: [],
  run(core) {
    const { policy, life, demo, audited, masterKeyCheckValues, administration } = core;
    return done({
      mode: policy.mode,
      life,
      demo,
      approved: policy.mode === 'hardened' && policy.without.length === 0 && !policy.plugIns,
      rulesOff: [...policy.without],
      masterKeyVersion: core.masterKeyVersion ?? 0,
      checkValues: Object.entries(masterKeyCheckValues).map(([name, cv]) => `${name}=${cv}`),
      failedTests: [...administration.failedTests],
      plugIns: [...core.plugIns],
      programSigner: administration.signers.current ?? '',
      masterKeyCustodians: [...administration.masterKeys.custodians],
      oldMasterKeys: core.hasOldMasterKeys,
      auditEntries: audited.head.seq,
      auditHead: audited.head.prev,
    });
  },
});
