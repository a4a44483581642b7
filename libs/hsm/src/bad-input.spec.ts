/** A refused command changes nothing but the audit chain and the counters. */
import { COMMAND_NAMES, commandNamed } from './commands/index.js';
import { broken, validInput } from './fuzz/generate.js';
import { diceOf } from './fuzz/seed.js';
import { openSealedState } from './state-seal.js';
import { benchDevice, valued } from './testing.js';

const SEALING_KEY = new Uint8Array(32);

describe('bad input', () => {
  const { device, as, key } = benchDevice();
  const pool = { tokens: [key('ZCK'), key('P')], records: [] };
  const kept = () => {
    const { audit, limits, ...rest } = valued(
      openSealedState(device.sealState(SEALING_KEY), SEALING_KEY),
    );
    return rest;
  };

  it.each(COMMAND_NAMES)('%s answers with a documented error and changes nothing', (name) => {
    const dice = diceOf(COMMAND_NAMES.indexOf(name) + 1);
    const { input: shape, roles } = commandNamed(name)!;
    const before = kept();
    for (let i = 0; i < 20; i++) {
      const input = broken(validInput(shape, dice, pool), shape, dice);
      const outcome = device.execute(as(roles[0]!), name, input as never);
      if (outcome.ok) return;
      expect(outcome.code).toMatch(/^[A-Z_]+$/);
      expect(kept()).toEqual(before);
    }
  });

  it('refuses members that are no members of the table of commands', () => {
    for (const name of ['constructor', '__proto__', 'toString', '']) {
      expect(device.execute(as('production'), name as never, {} as never)).toMatchObject({
        code: 'COMMAND_UNKNOWN',
      });
    }
  });

  it('gives sessions of another device nothing', () => {
    const other = benchDevice({}, 'other');
    const session = other.device.session({ name: 'x', role: 'production' });
    expect(device.execute(session, 'Status', {})).toMatchObject({ code: 'SESSION_INVALID' });
  });

  it('lets plug-ins in only where the policy does, and says so', () => {
    const plugIn = { ...commandNamed('Status')!, name: 'CustomerStatus' };
    const refused = benchDevice({ plugIns: [plugIn] });
    expect(refused.device.executePlugIn(refused.as('auditor'), 'CustomerStatus', {})).toMatchObject(
      {
        rule: 'M17.no-plug-ins',
      },
    );
    const allowed = benchDevice({ plugIns: [plugIn], policy: { plugIns: true } });
    expect(allowed.device.executePlugIn(allowed.as('auditor'), 'CustomerStatus', {})).toMatchObject(
      {
        ok: true,
        value: { approved: false },
      },
    );
  });
});
