import { COMMANDS, type CommandName } from '@pinfold/hsm';
import { REPEATABLE, SENT_ONCE } from './retry-safety.js';

const all = Object.entries(COMMANDS) as [CommandName, { changes?: boolean }][];
const changing = all.filter(([, { changes }]) => changes === true).map(([name]) => name);

it('repeats nothing that changes what a device keeps', () => {
  expect(changing.length).toBeGreaterThan(20);
  expect(changing.filter((name) => REPEATABLE.has(name))).toEqual([]);
});

it('has a decision for each command that changes nothing', () => {
  const others = all.map(([name]) => name).filter((name) => !changing.includes(name));
  const undecided = others.filter((name) => !REPEATABLE.has(name) && SENT_ONCE[name] === undefined);
  expect(undecided).toEqual([]);
  expect(Object.keys(SENT_ONCE).filter((name) => REPEATABLE.has(name as CommandName))).toEqual([]);
});
