/** The models: legacy leaks as published, hardened does not; and what each rule holds back. */
import { COMMANDS, type CommandName, Policy, RULE_IDS, type RuleId } from '@pinfold/hsm';
import { type AnalysisReport, analyse, modelNamed } from './analyse.js';
import { openedTerminal, ROLES, typedApi, vsm } from './model.js';
import { DEFAULT_BOUNDS, saturate } from './saturate.js';
import { TermTable } from './symbols.js';

const now = () => performance.now();
const hardened = (model: typeof vsm, without: readonly string[] = []) =>
  analyse(model, { mode: 'hardened', without, now });
const traces = (report: AnalysisReport) =>
  report.leaks.map(({ trace }) => trace.map(({ command }) => command).join(' '));

/** Rules that a command of the model consults; the others cannot change what it gives. */
function consulted(model: typeof vsm): RuleId[] {
  const named = model.commands.flatMap((name) => COMMANDS[name as CommandName].rules as RuleId[]);
  return RULE_IDS.filter((rule) => named.includes(rule) || rule.startsWith('M17'));
}

/** What goes wrong where one rule alone is off. */
const ALONE: Readonly<Partial<Record<RuleId, string>>> = {
  'M8.key-blocks': 'ImportDataKey DecryptDataKey',
  'M9.one-usage': 'ImportDataKey DecryptDataKey',
  'M9.block-of-usage': 'ExportKeyBlock ImportKey ExportKey (decipher)',
  'M11.check-value-of-zeros': 'KeyCheckValue',
  'M12.type-bound': 'DeriveInitialKey TranslateCommsKeyToTMK (decipher)',
  'M12.no-anonymous-kek': 'RsaUnwrapKey ExportKey (decipher)',
};

describe('analyse vsm', () => {
  it('finds both published attacks in legacy, and replays them on the device', async () => {
    const report = await analyse(vsm, { mode: 'legacy', now });
    expect(report).toMatchObject({ result: 'leak', replayed: true });
    expect(traces(report)[0]).toBe('CombineKeyShares ExportKey (decipher)');
    expect(traces(report)).toContain('EncryptCommsKey TranslateCommsKeyToTMK');
    expect(report.trace[0]!.input).toContain('[{share 1 of TMK}MK, {share 1 of TMK}MK]');
    expect(new Set(report.leaks.map(({ goal }) => goal)).size).toBe(
      vsm.goals(new TermTable()).length,
    );
  });

  it('reaches a fixed point without a secret in hardened', async () => {
    const report = await hardened(vsm);
    expect(report).toMatchObject({ result: 'safe', bound: null, trace: [], replayed: false });
    expect(report.facts).toBeGreaterThan(500);
  });

  it.each(consulted(vsm).filter((rule) => ALONE[rule] === undefined))(
    'stays safe without %s alone: another rule holds',
    async (rule) => {
      expect(await hardened(vsm, [rule])).toMatchObject({ result: 'safe', without: [rule] });
    },
  );

  it.each(Object.entries(ALONE))('leaks without %s alone, and is replayed', async (rule, way) => {
    const report = await hardened(vsm, [rule]);
    expect(report).toMatchObject({ result: 'leak', replayed: true });
    expect(traces(report).join('; ')).toContain(way);
  });

  it.each([
    [['M10', 'M13.no-weak-key'], 'CombineKeyShares'],
    [['M10.distinct-custodians', 'M10.complete'], 'CombineKeyShares'],
    [['M8', 'M12'], 'EncryptCommsKey'],
    [['M9.block-of-usage', 'M12.no-anonymous-key'], 'ExportKeyBlock'],
  ])('leaks without %j, by %s, and is replayed', async (without, command) => {
    const report = await hardened(vsm, without);
    expect(report).toMatchObject({ result: 'leak', replayed: true });
    expect(traces(report).join(' ')).toContain(command);
  });

  it('says bounded where a bound was met first', async () => {
    const bounds = { ...DEFAULT_BOUNDS, rounds: 1 };
    expect(await analyse(vsm, { mode: 'hardened', bounds, now })).toMatchObject({
      result: 'bounded',
      bound: '1 rounds',
    });
  });
});

describe('analyse opened-terminal', () => {
  it('finds no way within its bound to what was not sent to the terminal', async () => {
    const bound = 'sums of 2 names';
    expect(await hardened(openedTerminal)).toMatchObject({ result: 'bounded', bound, leaks: [] });
  });

  it('loses it where keys from under a terminal are taken for any', async () => {
    const report = await hardened(openedTerminal, ['M13.importable']);
    expect(report).toMatchObject({ result: 'leak', replayed: true });
    expect(traces(report).join(' ')).toContain('ImportKeyBlock');
  });
});

describe('analyse typed-api', () => {
  it('never leaks Ki or KEKj', async () => {
    expect(await hardened(typedApi)).toMatchObject({ result: 'safe', bound: null });
  });

  it('leaks both where the tag check is dropped, and is replayed', async () => {
    const report = await hardened(typedApi, ['M9.one-usage']);
    expect(report).toMatchObject({ result: 'leak', replayed: true });
    expect(report.leaks).toHaveLength(2);
    expect(report.trace.map(({ command }) => command)).toEqual(['TypedExport', 'TypedDecrypt']);
  });

  it.each(RULE_IDS.filter((rule) => rule !== 'M9.one-usage'))(
    'is safe without %s',
    async (rule) => {
      expect(await hardened(typedApi, [rule])).toMatchObject({ result: 'safe' });
    },
  );
});

describe('models', () => {
  it('have an answer from every command of theirs', () => {
    for (const model of [vsm, typedApi]) {
      const answered = (['legacy', 'hardened'] as const).flatMap((mode) => {
        const table = new TermTable();
        const policy = new Policy(mode);
        const known = model.begin(table, policy);
        const { commands } = model;
        const goals = mode === 'legacy' ? ['none: the search goes on'] : [];
        const attempt = { table, policy, commands, roles: ROLES, known, goals, ownCustodian: true };
        return [...saturate({ ...attempt, bounds: { ...DEFAULT_BOUNDS, rounds: 3 } }).answered];
      });
      expect(model.commands.filter((name) => !answered.includes(name))).toEqual([]);
    }
  });

  it('consult no rule that the tests above leave out', async () => {
    const others = RULE_IDS.filter((rule) => !consulted(vsm).includes(rule));
    const { facts } = await hardened(vsm);
    expect(await hardened(vsm, others)).toMatchObject({ result: 'safe', facts });
  });

  it('are known by name', () => {
    expect(modelNamed('vsm')).toBe(vsm);
    expect(modelNamed('constructor')).toBeUndefined();
  });
});
