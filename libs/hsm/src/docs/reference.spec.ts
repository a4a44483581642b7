/** Holds docs/reference/commands.md against the declarations; PINFOLD_WRITE_DOCS=1 writes it anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMAND_NAMES, commandNamed } from '../commands/index.js';
import { RULE_IDS } from '../policy/rules.js';
import { commandReference } from './reference.js';

const path = join(process.cwd(), 'docs', 'reference', 'commands.md');

describe('the reference of the commands', () => {
  it('is what the declarations say', () => {
    if (process.env.PINFOLD_WRITE_DOCS === '1') writeFileSync(path, commandReference());
    expect(readFileSync(path, 'utf8')).toBe(commandReference());
  });

  it.each(COMMAND_NAMES)('%s declares what it needs', (name) => {
    const command = commandNamed(name)!;
    expect(command.name).toBe(name);
    expect(command.title).not.toBe('');
    expect(command.source).not.toBe('');
    expect(command.roles.length).toBeGreaterThan(0);
    for (const rule of command.rules) expect(RULE_IDS).toContain(rule);
    for (const verdict of command.verdicts ?? []) expect(command.errors).toContain(verdict);
  });
});
