import { readFileSync, writeFileSync } from 'node:fs';
import { HOST_COMMANDS } from '../index.js';
import { hostCommandsMarkdown } from './markdown.js';

const path = new URL('../../../../docs/reference/host-commands.md', import.meta.url);

it('is what docs/reference/host-commands.md says', () => {
  if (process.env.UPDATE_DOCS === '1') writeFileSync(path, hostCommandsMarkdown());
  expect(readFileSync(path, 'utf8')).toBe(hostCommandsMarkdown());
});

it('has every command that the interface names', () => {
  const wanted = `A0 A4 A6 A8 BU BW B0 BS HC HA IA FA GC FK FI GE GG
    JA JC JE JG BA BC BE BG BK DA DC DE DG DU CU CW CY CA CC CI G0 GO GQ EA EC EE CK CM BQ NG QK ED CS
    M0 M2 M4 M6 M8 MA MC ME MG MK MQ MS MY GW LQ LS KQ KS KU KY KW K2 PM RY
    NC NO N0 B2 RA NK J2 J4 J8 JK`.split(/\s+/);
  expect(wanted.filter((code) => !HOST_COMMANDS.has(code))).toEqual([]);
  expect(HOST_COMMANDS.size).toBe(wanted.length);
});
