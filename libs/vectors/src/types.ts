/** Vector files: what is in them, what an operation gets and gives, what a run reports. */

/**
 * One case: inputs by name (hex and digit strings, small numbers, lists) and what must come out.
 */
export interface VectorCase {
  readonly id: string;
  readonly op?: string;
  readonly expect: Readonly<Record<string, unknown>>;
  readonly [input: string]: unknown;
}

/**
 * Many cases of one operation, row by row: a column name that starts with `=` is an expectation.
 */
export interface VectorTable {
  readonly id: string;
  readonly op: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  /** Where the rows come from, when not from where the file's other tables do. */
  readonly source?: string;
  /** Inputs that all rows share. */
  readonly constants?: Readonly<Record<string, unknown>>;
}

/** A file: cases, tables, or both. */
export interface VectorFile {
  readonly source: string;
  readonly notes?: string;
  readonly cases?: readonly VectorCase[];
  readonly tables?: readonly VectorTable[];
}

/** Named outputs; `error: true` for an input that was refused. */
export type Outputs = Readonly<Record<string, unknown>>;

/**
 * An operation: computes everything it can from a case's inputs. Throws `InputError` for inputs it
 * refuses.
 */
export type VectorOp = (inputs: Inputs) => Outputs;

/** Operations by the name that the files use. */
export type VectorOps = Readonly<Record<string, VectorOp>>;

export interface CaseReport {
  readonly file: string;
  readonly id: string;
  readonly ok: boolean;
  /** Empty when `ok`; never shows a key, a PIN or a computed value. */
  readonly why: string;
}

export interface VectorReport {
  readonly passed: number;
  readonly failed: number;
  readonly cases: readonly CaseReport[];
}

/**
 * A case's inputs, read with the type the operation needs; a missing or mistyped one is an
 * `InputError`.
 */
export interface Inputs {
  readonly raw: VectorCase;
  has(name: string): boolean;
  text(name: string): string;
  optionalText(name: string): string | undefined;
  number(name: string): number;
  bytes(name: string): Uint8Array;
  /** The names that the case expects, for operations that compute on demand. */
  wants(name: string): boolean;
}
