import { readFileSync, writeFileSync } from 'node:fs';
import { hostCommandsMarkdown } from './markdown.js';

const path = new URL('../../../../docs/reference/host-commands.md', import.meta.url);

it('is what docs/reference/host-commands.md says', () => {
  if (process.env.UPDATE_DOCS === '1') writeFileSync(path, hostCommandsMarkdown());
  expect(readFileSync(path, 'utf8')).toBe(hostCommandsMarkdown());
});
