import { readFileSync } from 'node:fs';
import { COMMANDS } from './commands.js';
import { VERSION } from './version.js';

it.each(COMMANDS.map((entry) => [entry.name, entry] as const))(
  '%s is the command that the table names, and describes itself so',
  async (_, { name, summary, load }) => {
    const command = await load();
    expect([command.name(), command.description()]).toEqual([name, summary]);
  },
);

it('the version is that of package.json', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(VERSION).toBe(version);
});
