import { dataCommand } from '../../declare/command.js';
import { done, refusal } from '../../outcome.js';
import { tableId } from '../fields.js';

export const activateDecimalisationTable = dataCommand({
  name: 'ActivateDecimalisationTable',
  group: 'tables',
  title: 'lets a registered decimalisation table verify PINs',
  source: 'IBM CCA access control point 0356; US 8,639,938',
  roles: ['officer'],
  changes: true,
  input: { tableId: tableId() },
  output: {},
  errors: ['TABLE_UNKNOWN', 'DUAL_CONTROL_REQUIRED'],
  rules: ['M1.two-roles'],
  run(core, { tableId: id }, session) {
    const found = core.tables.find(id);
    if (found === undefined) return refusal('TABLE_UNKNOWN');
    const people = { registeredBy: found.registeredBy, activatedBy: session.name };
    const refused = core.policy.judge('M1.two-roles', people);
    if (refused !== undefined) return refused;
    core.tables.activate(id, session.name);
    return done({});
  },
});
