import { dataCommand } from '../../declare/command.js';
import { integer, opaqueText, text } from '../../declare/field.js';
import { done } from '../../outcome.js';

export const auditCheckpoint = dataCommand({
  name: 'AuditCheckpoint',
  group: 'administration',
  title: 'signs where the audit chain stands; kept apart, it shows a chain that was cut',
  source: 'audit chain of this project',
  roles: ['auditor', 'officer'],
  states: ['factory', 'initialised', 'operational', 'tampered'],
  input: {},
  output: {
    seq: integer('entries before', { min: 0, max: 2 ** 40 }),
    prev: text('hash of the last line', { min: 64, max: 64 }),
    signature: text('Ed25519, hexadecimal', { min: 128, max: 128 }),
    publicKey: opaqueText('SPKI, PEM', { min: 1, max: 512 }),
  },
  errors: [],
  rules: [],
  run: (core) => done({ ...core.audited.checkpoint(core.now), publicKey: core.audited.publicKey }),
});
