/** What a cell of the matrix says, in one letter and in words: Markdown and HTML share it. */
import type { Cell } from './measure.js';

export const CELLS = {
  both: {
    sign: '●',
    says: 'the rule holds the attack: off alone it lets it through, on alone it stops it',
  },
  necessary: { sign: '◐', says: 'off alone, it lets the attack through' },
  sufficient: {
    sign: '○',
    says: 'on alone, with all others off, it stops the attack; others stop it too',
  },
  member: { sign: '◦', says: 'lets the attack through when it is off together with others' },
  claimed: { sign: '·', says: 'named against the attack, but its absence made no difference here' },
} as const;

export type CellKind = keyof typeof CELLS;

export function kindOf(cell: Cell | undefined): CellKind | undefined {
  if (cell === undefined) return undefined;
  if (cell.necessary && cell.sufficient) return 'both';
  if (cell.necessary) return 'necessary';
  if (cell.sufficient) return 'sufficient';
  return cell.member ? 'member' : cell.claimed ? 'claimed' : undefined;
}
