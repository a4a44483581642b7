/** A step at a device's console: a command with the device's folder and who does it. */
import type { Command } from 'commander';
import { jsonCommand } from '../cli/command.js';
import { collected } from './device-session.js';

export const deviceStep = (name: string, summary: string): Command =>
  jsonCommand(name, summary)
    .requiredOption('--folder <dir>', 'device folder')
    .option(
      '--as <name>',
      'who does it, twice under dual control; asks for passphrases',
      collected,
    );
