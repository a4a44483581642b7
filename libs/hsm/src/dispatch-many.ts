/**
 * Many commands in one call, answers in order. Jobs of commands with a batch form are collected, and
 * their costly part is done together; what has none runs where it stands, and a command that changes
 * the device waits for everything before it.
 */
import { InputError } from '@pinfold/crypto';
import type { BatchForm, DataCommand, Outcomes } from './declare/command.js';
import { BAD_INPUT, type DispatchPorts, dispatchWithin, gate, run, told } from './dispatch.js';
import type { Outcome, Refusal } from './outcome.js';
import type { Session } from './session.js';

type Job = { readonly command: string; readonly input: unknown };

/** The jobs of one command; `shut` where the gate refuses all of them. */
interface Group {
  readonly name: string;
  readonly declared: DataCommand;
  readonly form: BatchForm;
  readonly shut: Refusal | undefined;
}

/** As many keys as a command that runs alone may hold open. */
const KEYS_OF_ONE = 8;

/** Work areas serve one list at a time: an input that calls the device when it is read finds them taken. */
let busy = false;

export function dispatchMany(
  ports: DispatchPorts,
  session: Session,
  jobs: readonly Job[],
): Outcome<unknown>[] {
  ports.core.keys?.begin();
  if (busy) return jobs.map(({ command, input }) => dispatchWithin(ports, session, command, input));
  busy = true;
  const list = new JobList(ports, session, jobs);
  try {
    return list.run();
  } finally {
    list.clear();
    busy = false;
  }
}

/** One list of jobs on its way through the device. */
class JobList {
  readonly #ports: DispatchPorts;
  readonly #session: Session;
  readonly #jobs: readonly Job[];
  readonly #outcomes: Outcomes<unknown>;
  readonly #groups: Group[] = [];
  /** Jobs before this place have their outcomes, and their refusals are written down. */
  #settled = 0;
  /** Keys that open outcomes may need: the key store keeps `safeBatch` of them for one call. */
  #held = 0;

  constructor(ports: DispatchPorts, session: Session, jobs: readonly Job[]) {
    this.#ports = ports;
    this.#session = session;
    this.#jobs = jobs;
    this.#outcomes = new Array(jobs.length);
  }

  run(): Outcome<unknown>[] {
    const { core } = this.#ports;
    const jobs = this.#jobs;
    const outcomes = this.#outcomes;
    const limit = core.keys?.safeBatch ?? 1;
    let group: Group | undefined;
    for (let i = 0; i < jobs.length; i++) {
      const { command: name, input } = jobs[i]!;
      if (group === undefined || group.name !== name) group = this.#groupOf(name);
      if (this.#held >= limit) this.#settle(i);
      if (group === undefined) this.#alone(i, name, input);
      else if (group.shut !== undefined) outcomes[i] = group.shut;
      else if (!group.declared.accepts(input)) outcomes[i] = BAD_INPUT;
      else if (this.#add(group, i, input)) this.#finish(group, i + 1);
    }
    this.#settle(jobs.length);
    return outcomes as Outcome<unknown>[];
  }

  clear(): void {
    for (const { form } of this.#groups) form.clear();
  }

  /** The group of that name; undefined for a command without a batch form. */
  #groupOf(name: string): Group | undefined {
    const found = this.#groups.find((group) => group.name === name);
    if (found !== undefined) return found;
    const command = this.#ports.commands.get(name);
    const { declared } = command ?? {};
    if (declared?.meaning !== 'bytes' || declared.batch === undefined) return undefined;
    const shut = gate(this.#ports, command!, this.#session);
    const made = { name, declared: declared as DataCommand, form: declared.batch, shut };
    this.#groups.push(made);
    return made;
  }

  /** True: the form is full. */
  #add({ form }: Group, place: number, input: unknown): boolean {
    this.#held++;
    try {
      return form.add(this.#ports.core, input as never, place, this.#outcomes);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.#outcomes[place] = BAD_INPUT;
      return false;
    }
  }

  #alone(place: number, name: string, input: unknown): void {
    if (this.#ports.commands.get(name)?.declared.changes === true) {
      this.#settle(place);
      this.#groups.length = 0;
    }
    this.#held += KEYS_OF_ONE;
    this.#outcomes[place] = dispatchWithin(this.#ports, this.#session, name, input);
  }

  /** Every job before `end` gets its outcome, and what is refused is written down. */
  #settle(end: number): void {
    const outcomes = this.#outcomes;
    for (const group of this.#groups) this.#finish(group, end);
    for (let i = this.#settled; i < end; i++) {
      const outcome = outcomes[i]!;
      if (!outcome.ok) this.#tell(i, outcome);
    }
    this.#settled = end;
    this.#held = 0;
    this.#ports.core.keys?.begin();
  }

  /** Commands that run alone have told of their refusals themselves. */
  #tell(place: number, refused: Refusal): void {
    const { command: name } = this.#jobs[place]!;
    if (!this.#groups.some((group) => group.name === name)) return;
    const command = this.#ports.commands.get(name)!;
    if (!command.verdicts.has(refused.code)) told(this.#ports, this.#session, name, refused);
  }

  /** `end`: jobs from there on have not been looked at. */
  #finish({ name, declared, form }: Group, end: number): void {
    const outcomes = this.#outcomes;
    try {
      form.finish(this.#ports.core, outcomes);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      // One input that a library refuses must not take the others with it.
      form.clear();
      for (let i = this.#settled; i < end; i++) {
        const job = this.#jobs[i]!;
        if (job.command !== name || outcomes[i] !== undefined) continue;
        outcomes[i] = run(this.#ports, this.#session, declared as never, job.input);
      }
    }
  }
}
