/** `pinfold analyse`: saturates the symbolic meaning of the commands, and replays what it finds. */
import { commandNamed, type Mode, RULE_IDS } from '@pinfold/hsm';
import { type AnalysisReport, analyse, MODELS, type Model, modelNamed } from '@pinfold/lab';
import { Option } from 'commander';
import { act, jsonCommand } from '../cli/command.js';
import { EXIT, usageFailure } from '../cli/exit.js';
import { type Output, styled } from '../cli/output.js';
import { modeOf, ruleNames } from './attack.js';

interface AnalyseFlags {
  readonly mode?: Mode;
  readonly without?: readonly string[];
  readonly list?: boolean;
  readonly each?: boolean;
}

const RESULTS = {
  leak: 'a secret leaks',
  safe: 'safe: a fixed point was reached, and no secret is in it',
  bounded: 'none found within the bound',
} as const;

function tell(output: Output, report: AnalysisReport): void {
  const { model, mode, without, result, facts, rounds, seconds, leaks, bound } = report;
  const off = without.length === 0 ? '' : `, without ${without.join(', ')}`;
  output.line(styled('bold', `${model}, ${mode}${off}: ${RESULTS[result]}`));
  output.line(`${facts} facts in ${rounds} rounds, ${seconds.toFixed(2)} s`);
  if (bound !== null) output.line(`bound met: ${bound}`);
  for (const [n, leak] of leaks.entries()) {
    output.line();
    const again = leaks[n - 1]?.goal === leak.goal ? 'another way to ' : '';
    const replayed = leak.replayed
      ? 'replayed on the device: it is the secret'
      : 'the device refuses this way: the model allows more';
    output.line(`${styled('bold', `${again}${leak.goal}`)} (${replayed})`);
    for (const [i, step] of leak.trace.entries()) {
      output.line(`  ${i + 1}. ${step.command}  ${step.input}`);
      output.line(`     gives ${step.output}`);
    }
  }
}

/** The hardened device without each rule in turn. */
async function tellEach(output: Output, model: Model): Promise<void> {
  const now = () => performance.now();
  const items: AnalysisReport[] = [];
  const asked = new Set(model.commands.flatMap((name) => commandNamed(name)?.rules ?? []));
  for (const rule of RULE_IDS) {
    if (!asked.has(rule) && !rule.startsWith('M17')) {
      output.line(`${rule.padEnd(28)}no command of the model asks it`);
      continue;
    }
    output.progress(`without ${rule}`);
    const report = await analyse(model, { mode: 'hardened', without: [rule], now });
    items.push(report);
    const goals = [...new Set(report.leaks.map(({ goal }) => goal))];
    const says = goals.length === 0 ? RESULTS[report.result] : `leaks ${goals.join('; ')}`;
    output.line(`${rule.padEnd(28)}${String(report.facts).padStart(6)} facts  ${says}`);
  }
  output.progressDone();
  output.document({ items });
}

export const analyseCommand = jsonCommand(
  'analyse',
  'search the commands for a sequence that leaks a key',
)
  .argument('[model]', 'what is analysed; see --list')
  .addOption(
    new Option('--mode <mode>', 'the device; hardened where nothing is said').choices([
      'legacy',
      'hardened',
    ]),
  )
  .option('--without <rules>', 'rules switched off, by id or family', ruleNames)
  .option('--each', 'without each rule in turn')
  .option('--list', 'list the models')
  .action(
    act<AnalyseFlags, [string | undefined]>(async ({ output, options }, name) => {
      if (options.list) {
        const items = MODELS.map(({ name, title, source }) => ({ name, title, source }));
        output.document({ items });
        for (const item of items) output.line(`${item.name.padEnd(18)}${item.title}`);
        return EXIT.done;
      }
      const model = modelNamed(name ?? '');
      if (model === undefined) {
        const allowed = MODELS.map((one) => one.name).join(', ');
        throw usageFailure('MODEL_UNKNOWN', `name a model: ${allowed}`);
      }
      if (options.each) {
        await tellEach(output, model);
        return EXIT.done;
      }
      const { without = [] } = options;
      const now = () => performance.now();
      const report = await analyse(model, { mode: modeOf(options, 'hardened'), without, now });
      output.document(report);
      tell(output, report);
      return EXIT.done;
    }),
  );
