/** The two models: legacy leaks as published, hardened does not; and what each rule holds back. */
import { COMMANDS, type CommandName, RULE_IDS, type RuleId } from '@pinfold/hsm';
import { analyse, modelNamed } from './analyse.js';
import { typedApi, vsm } from './model.js';
import { DEFAULT_BOUNDS } from './saturate.js';

const now = () => performance.now();
const hardened = (model: typeof vsm, without: readonly string[] = []) =>
  analyse(model, { mode: 'hardened', without, now });

/** Rules that a command of the model consults; the others cannot change what it gives. */
function consulted(model: typeof vsm): RuleId[] {
  const named = model.commands.flatMap((name) => COMMANDS[name as CommandName].rules as RuleId[]);
  return RULE_IDS.filter((rule) => named.includes(rule) || rule === 'M17.roles');
}

describe('analyse vsm', () => {
  it('finds both published attacks in legacy, and replays them on the device', async () => {
    const report = await analyse(vsm, { mode: 'legacy', now });
    expect(report).toMatchObject({ result: 'leak', replayed: true });
    const traces = report.leaks.map(({ trace }) => trace.map(({ command }) => command));
    expect(traces).toEqual([
      ['CombineKeyShares', 'ExportKey', '(decipher)'],
      ['EncryptCommsKey', 'TranslateCommsKeyToTMK'],
    ]);
    expect(report.trace[0]!.input).toContain('[{share 1 of TMK}MK, {share 1 of TMK}MK]');
    expect(report.leaks.every(({ replayed }) => replayed)).toBe(true);
  });

  it('reaches a fixed point without a secret in hardened', async () => {
    const report = await hardened(vsm);
    expect(report).toMatchObject({ result: 'safe', bound: null, trace: [], replayed: false });
    expect(report.facts).toBeGreaterThan(100);
  });

  it.each(consulted(vsm))('stays safe without %s alone: another rule holds', async (rule) => {
    expect(await hardened(vsm, [rule])).toMatchObject({ result: 'safe', without: [rule] });
  });

  it.each([
    [['M10', 'M13.no-weak-key'], 'CombineKeyShares'],
    [['M10.distinct-custodians', 'M10.complete'], 'CombineKeyShares'],
    [['M8', 'M12'], 'EncryptCommsKey'],
  ])('leaks without %j, by %s, and is replayed', async (without, command) => {
    const bounds = { ...DEFAULT_BOUNDS, facts: 1_500 };
    const report = await analyse(vsm, { mode: 'hardened', without, bounds, now });
    expect(report).toMatchObject({ result: 'leak', replayed: true });
    expect(report.leaks.flatMap(({ trace }) => trace.map((step) => step.command))).toContain(
      command,
    );
  });

  it('says bounded where a bound was met first', async () => {
    const bounds = { ...DEFAULT_BOUNDS, rounds: 1 };
    expect(await analyse(vsm, { mode: 'hardened', bounds, now })).toMatchObject({
      result: 'bounded',
      bound: '1 rounds',
    });
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
