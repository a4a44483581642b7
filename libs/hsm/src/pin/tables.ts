/**
 * Registered decimalisation tables: registered by one person, activated by another (rule M1), named
 * by id from then on. A table that is not active verifies nothing.
 */
import { type DecimalisationTable, decimalisationTable } from '@pinfold/pin';

export const MAX_TABLES = 64;

export interface RegisteredTable {
  readonly id: string;
  readonly digits: string;
  readonly registeredBy: string;
  readonly activatedBy: string | undefined;
}

interface Entry extends RegisteredTable {
  readonly table: DecimalisationTable;
}

export class DecimalisationTables {
  readonly #tables = new Map<string, Entry>();
  /** The active table that was asked for last: issuers have few. */
  #last: Entry | undefined;

  constructor(state: readonly RegisteredTable[] = []) {
    for (const entry of state) {
      this.#tables.set(entry.id, { ...entry, table: decimalisationTable(entry.digits) });
    }
  }

  /** The id, or undefined when there are too many. Ids count: T1, T2, … */
  register(digits: string, registeredBy: string): string | undefined {
    if (this.#tables.size >= MAX_TABLES) return undefined;
    const id = `T${this.#tables.size + 1}`;
    const table = decimalisationTable(digits);
    this.#tables.set(id, { id, digits, registeredBy, activatedBy: undefined, table });
    return id;
  }

  find(id: string): RegisteredTable | undefined {
    return this.#tables.get(id);
  }

  activate(id: string, activatedBy: string): void {
    const entry = this.#tables.get(id);
    if (entry !== undefined) this.#tables.set(id, { ...entry, activatedBy });
    this.#last = undefined;
  }

  /** The table, if it is active. */
  active(id: string): DecimalisationTable | undefined {
    const last = this.#last;
    if (last !== undefined && last.id === id) return last.table;
    const entry = this.#tables.get(id);
    if (entry?.activatedBy === undefined) return undefined;
    this.#last = entry;
    return entry.table;
  }

  toState(): RegisteredTable[] {
    return [...this.#tables.values()].map(({ id, digits, registeredBy, activatedBy }) => ({
      id,
      digits,
      registeredBy,
      activatedBy,
    }));
  }
}
