/**
 * Runs one declared command: gate (state, session, role), input check, logic, audit. The order of
 * the checks is the order of precedence of `COMMON_ERRORS`. Dispatch is a look into a table; what is
 * unknown is an answer, never a crash.
 */
import { InputError } from '@pinfold/crypto';
import type { AuditFacts } from './administration/audit.js';
import type { Core } from './core.js';
import type { AnyCommand, DataCommand, KeyCommand } from './declare/command.js';
import type { LifeState } from './life-cycle.js';
import { type Outcome, type Refusal, Refused, refusal } from './outcome.js';
import { roleBits, type Session } from './session.js';
import { ByteTerms } from './terms-bytes.js';

/** A command with what the gate needs worked out once. */
export interface ReadyCommand {
  readonly declared: AnyCommand;
  readonly bits: number;
  readonly states: readonly LifeState[];
  readonly verdicts: ReadonlySet<string>;
  readonly approved: boolean;
  /** Whether rule M7 asks for the issuance role. */
  readonly issuance: boolean;
}

/** Commands by name. */
export class CommandTable {
  readonly #commands: ReadonlyMap<string, ReadyCommand>;
  /** The command that was asked for last: they come in rows. */
  #last: ReadyCommand | undefined;

  constructor(commands: ReadonlyMap<string, ReadyCommand>) {
    this.#commands = commands;
  }

  get(name: string): ReadyCommand | undefined {
    const last = this.#last;
    if (last !== undefined && last.declared.name === name) return last;
    const found = this.#commands.get(name);
    if (found !== undefined) this.#last = found;
    return found;
  }

  has(name: string): boolean {
    return this.#commands.has(name);
  }
}

export interface DispatchPorts {
  readonly core: Core;
  readonly commands: CommandTable;
  readonly audit: (facts: AuditFacts) => void;
  readonly issuer: object;
}

const OPERATIONAL: readonly LifeState[] = ['operational'];
const UNKNOWN = refusal('COMMAND_UNKNOWN');
const NO_SESSION = refusal('SESSION_INVALID');
const NO_ROLE = refusal('ROLE_REFUSED', 'M17.roles');
const ISSUANCE_ROLE = refusal('ROLE_REFUSED', 'M7.issuance-role');
const NOT_DUAL = refusal('DUAL_CONTROL_REQUIRED', 'M17.dual-control');
const PLUG_IN = refusal('COMMAND_REFUSED', 'M17.no-plug-ins');
const LIMITED = refusal('LIMIT_REACHED');
const NOT_HERE = refusal('COMMAND_REFUSED');
export const BAD_INPUT = refusal('INPUT_INVALID');
const NOT_READY: Readonly<Record<LifeState, Refusal>> = {
  factory: refusal('DEVICE_NOT_READY'),
  initialised: refusal('DEVICE_NOT_READY'),
  operational: refusal('COMMAND_REFUSED'),
  error: refusal('DEVICE_ERROR'),
  tampered: refusal('DEVICE_TAMPERED'),
};

export function readyCommand(declared: AnyCommand, approved = true): ReadyCommand {
  return {
    declared,
    bits: roleBits(declared.roles),
    states: declared.states ?? OPERATIONAL,
    verdicts: new Set(declared.verdicts ?? []),
    approved,
    issuance: declared.rules.includes('M7.issuance-role'),
  };
}

/** A frozen refusal where the gate is shut, undefined where it is open. */
export function gate(
  ports: DispatchPorts,
  command: ReadyCommand,
  session: Session,
): Refusal | undefined {
  const { core } = ports;
  const { declared } = command;
  const { life } = core;
  if (!(command.states === OPERATIONAL && life === 'operational')) {
    if (!command.states.includes(life)) return NOT_READY[life];
  }
  if (session.issuer !== ports.issuer || !session.isOpen || core.now >= session.expiresAt) {
    return NO_SESSION;
  }
  if (declared.demo === true && !core.demo) return NOT_HERE;
  const { on } = core.policy;
  if ((session.bits & command.bits) === 0) {
    if (declared.group === 'administration' || on['M17.roles']) return NO_ROLE;
  }
  if (declared.dual === true && on['M17.dual-control'] && !isDual(session, command))
    return NOT_DUAL;
  if (!command.approved && !core.policy.plugIns && on['M17.no-plug-ins']) return PLUG_IN;
  const { limit } = declared;
  if (limit !== undefined && !core.administration.quotas[limit].hasToken('', core.now)) {
    return LIMITED;
  }
  return command.issuance ? issuanceGate(core, command, session) : undefined;
}

/** Two different people, each with a role that may call the command. */
function isDual(session: Session, command: ReadyCommand): boolean {
  return (
    session.isDual &&
    session.identities.every(({ role }) => (roleBits([role]) & command.bits) !== 0)
  );
}

/** Rule M7's own gate: the issuance role is asked for even where roles in general are not. */
function issuanceGate(core: Core, command: ReadyCommand, session: Session): Refusal | undefined {
  const open = (session.bits & command.bits) !== 0 || !core.policy.on['M7.issuance-role'];
  return open ? undefined : ISSUANCE_ROLE;
}

export function dispatch(
  ports: DispatchPorts,
  session: Session,
  name: string,
  input: unknown,
): Outcome<unknown> {
  ports.core.keys?.begin();
  return dispatchWithin(ports, session, name, input);
}

/** As `dispatch`, in a call that has begun: the keys it has opened stay. */
export function dispatchWithin(
  ports: DispatchPorts,
  session: Session,
  name: string,
  input: unknown,
): Outcome<unknown> {
  const command = ports.commands.get(name);
  if (command === undefined) return told(ports, session, name, UNKNOWN);
  const { declared } = command;
  const outcome =
    gate(ports, command, session) ??
    (declared.accepts(input) ? run(ports, session, declared, input) : BAD_INPUT);
  if (outcome.ok) {
    if (declared.changes === true) {
      const { limit } = declared;
      if (limit !== undefined) ports.core.administration.quotas[limit].take('', ports.core.now);
      ports.audit({ event: 'done', who: session.names, command: name });
    }
    return outcome;
  }
  return command.verdicts.has(outcome.code) ? outcome : told(ports, session, name, outcome);
}

/** Writes a refusal down and gives it back. */
export function told(
  ports: DispatchPorts,
  session: Session,
  command: string,
  refused: Refusal,
): Refusal {
  const { code, rule } = refused;
  const known = ports.commands.has(command) ? command : '?';
  ports.audit({ event: 'refused', who: session.names, command: known, code, rule });
  return refused;
}

export function run(
  ports: DispatchPorts,
  session: Session,
  declared: AnyCommand,
  input: unknown,
): Outcome<unknown> {
  try {
    return declared.meaning === 'bytes'
      ? (declared as DataCommand).run(ports.core, input as never, session)
      : runTerms(ports.core, session, declared as KeyCommand, input);
  } catch (error) {
    // Libraries state their preconditions by InputError; what the fields let through is bad input.
    if (error instanceof InputError) return BAD_INPUT;
    throw error;
  }
}

function runTerms(
  core: Core,
  session: Session,
  declared: KeyCommand,
  input: unknown,
): Outcome<unknown> {
  const terms = new ByteTerms(core);
  const role = declared.roles.find((wanted) =>
    session.identities.some((identity) => identity.role === wanted),
  );
  const identity = role === undefined ? session.name : session.nameWith(role);
  const { policy, ceremonies, uses } = core;
  const env = { identity, mode: policy.mode, ceremonies, uses };
  try {
    return { ok: true, value: declared.run(terms, input as never, env) };
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  } finally {
    terms.end();
  }
}
