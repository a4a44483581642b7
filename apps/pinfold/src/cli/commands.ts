/**
 * Every command by name and in a line. What a command needs is loaded when it is called: the device
 * alone takes longer to load than `status` takes to answer.
 */
import type { Command } from 'commander';

export interface CommandEntry {
  readonly name: string;
  /** As the command describes itself; a test compares. */
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** In the order of `pinfold --help`. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'start',
    summary: 'every service in one process (npm start is this)',
    load: async () => (await import('../commands/start.js')).startCommand,
  },
  {
    name: 'wait',
    summary: 'wait until the system is ready',
    load: async () => (await import('../commands/wait.js')).waitCommand,
  },
  {
    name: 'status',
    summary: 'what runs, where, and with which settings',
    load: async () => (await import('../commands/status.js')).statusCommand,
  },
  {
    name: 'doctor',
    summary: 'check ports, data folder, Node, clock, Java',
    load: async () => (await import('../commands/doctor.js')).doctorCommand,
  },
  {
    name: 'withdraw',
    summary: 'one withdrawal at a running system, showing each hop',
    load: async () => (await import('../commands/withdraw.js')).withdrawCommand,
  },
  {
    name: 'reconcile',
    summary:
      'three-way match of ATM journals, switch records and issuer ledgers; exit 1 if they differ',
    load: async () => (await import('../commands/reconcile.js')).reconcileCommand,
  },
  {
    name: 'parked',
    summary:
      'reversals and advices that were repeated to the limit, or refused; exit 1 if there are any',
    load: async () => (await import('../commands/parked.js')).parkedCommand,
  },
  {
    name: 'keys',
    summary:
      'working keys that the switch shares with terminals and issuers: versions, check values',
    load: async () => (await import('../commands/keys.js')).keysCommand,
  },
  {
    name: 'lines',
    summary: 'ISO 8583 lines: connections, terminals, state',
    load: async () => (await import('../commands/lines.js')).linesCommand,
  },
  {
    name: 'card',
    summary: 'demo cards',
    load: async () => (await import('../commands/card.js')).cardCommand,
  },
  {
    name: 'vectors',
    summary: 'run known-answer files through the libraries',
    load: async () => (await import('../commands/vectors.js')).vectorsCommand,
  },
  {
    name: 'attack',
    summary: 'attack a device of its own, and say what it cost',
    load: async () => (await import('../commands/attack.js')).attackCommand,
  },
  {
    name: 'analyse',
    summary: 'search the commands for a sequence that leaks a key',
    load: async () => (await import('../commands/analyse.js')).analyseCommand,
  },
  {
    name: 'ceremony',
    summary: 'key ceremonies with components',
    load: async () => (await import('../commands/ceremony.js')).ceremonyCommand,
  },
  {
    name: 'hsm',
    summary: "officer's console of a device in a folder",
    load: async () => (await import('../commands/hsm.js')).hsmCommand,
  },
  {
    name: 'payshield',
    summary: 'the console of a payShield with a published test LMK',
    load: async () => (await import('../commands/payshield.js')).payshieldCommand,
  },
  {
    name: 'audit',
    summary: 'audit chains of devices',
    load: async () => (await import('../commands/audit.js')).auditCommand,
  },
  {
    name: 'provision',
    summary: 'make the keys, terminals and cards of the demo network, for services that run apart',
    load: async () => (await import('../commands/provision.js')).provisionCommand,
  },
  {
    name: 'cluster',
    summary: 'Kafka, PostgreSQL, ATM, switch and issuers as processes of their own',
    load: async () => (await import('../commands/cluster.js')).clusterCommand,
  },
];
