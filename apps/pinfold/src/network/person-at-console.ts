/** The person at the console of payShields: lines on standard error, answers typed at the terminal. */
import type { ConsolePerson } from '@pinfold/institution';
import { EnvironmentError } from '@pinfold/platform';
import { CommandFailure } from '../cli/exit.js';
import { askLine } from '../device/secrets.js';

export function personAtConsole(): ConsolePerson {
  return {
    tell: (line) => {
      process.stderr.write(`${line}\n`);
    },
    ask: async (question) => {
      try {
        return await askLine(question);
      } catch (error) {
        if (!(error instanceof CommandFailure)) throw error;
        throw new EnvironmentError(`keys are formed at the payShields' console: ${error.message}`);
      }
    },
  };
}
