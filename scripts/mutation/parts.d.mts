/** A part of the code that mutation testing takes by itself. */
export interface MutationPart {
  /** Code and specs, from the root of the repository. */
  folder: string;
  /** A folder within that is another part. */
  except?: string;
  /** Names of the vector files that go with it. */
  vectors: RegExp;
  /** Modules of libs/vectors/src/ops that run them. */
  ops: readonly string[];
}

export const PARTS: Readonly<Record<string, MutationPart>>;

/** The part that a file of the repository belongs to. */
export function partOf(file: string): string | undefined;
