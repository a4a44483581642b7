/** A small part of the matrix; the whole of it is written by `npx pinfold attack --matrix`. */
import { checkValueAttack } from '../attacks/check-value.js';
import { shareReuse } from '../attacks/share-reuse.js';
import { matrixHtml } from './html.js';
import { matrixMarkdown } from './markdown.js';
import { measureMatrix } from './measure.js';
import { kindOf } from './words.js';

const now = () => performance.now();

describe('matrix', () => {
  it('finds the one rule, the smallest sets, and the idle rules', async () => {
    const matrix = await measureMatrix([checkValueAttack, shareReuse], { now });
    const [checkValue, shares] = matrix.rows;
    expect(checkValue!.smallestSets).toEqual([['M11.check-value-of-zeros']]);
    expect(kindOf(checkValue!.cells['M11.check-value-of-zeros'])).toBe('both');
    expect(shares!.smallestSets).toEqual([
      ['M10.distinct-custodians', 'M10.complete'],
      ['M10.one-ceremony', 'M10.distinct-custodians'],
      ['M10.distinct-shares', 'M10.distinct-custodians', 'M13.no-weak-key'],
    ]);
    expect(kindOf(shares!.cells['M10.distinct-custodians'])).toBe('sufficient');
    expect(shares!.cells['M10.unused-shares']).toBeUndefined();
    const idle = { necessary: false, sufficient: false, member: false };
    expect(kindOf({ ...idle, claimed: true })).toBe('claimed');
    expect(matrix.idleRules).toContain('M1.stored-tables');
    expect(matrix.unstopped).toEqual([]);
    const document = { date: '2026-01-01', machine: 'a <machine>', matrix, figures: [] };
    expect(matrixMarkdown(document)).toContain('| M11.check-value-of-zeros | ● |  |');
    const html = matrixHtml(document);
    expect(html).toContain('a &lt;machine&gt;');
    expect(html).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
  });
});
