import { readFileSync } from 'node:fs';
import { rulesMarkdown } from './rules-page.js';

it('docs/reference/rules.md is what the table of rules says (npx pinfold attack --rules writes it)', () => {
  const page = new URL('../../../docs/reference/rules.md', import.meta.url);
  expect(readFileSync(page, 'utf8')).toBe(rulesMarkdown());
});
