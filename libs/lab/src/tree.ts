/**
 * The decision tree of the decimalisation attacks. Candidates are natural PINs. A question divides
 * the ten digits into two classes (a subset A, never with 9, since A and its complement ask the same)
 * and names, for each position, the class that it must be in; the device answers yes or no. The most
 * balanced question is taken, the first one of several (greedy).
 *
 * A candidate is packed, four bits a digit, last digit lowest; so is the pattern, one bit a position,
 * last position highest.
 */
export interface Question {
  /** Bit d set: digit d is in class A. */
  readonly subset: number;
  /** Bit k (from the top) set: position from the right k must be in class A. */
  readonly pattern: number;
}

const SUBSETS = 512;
/** A question this close to one half cannot be beaten. */
const EXACT = 0.75;

export function packPins(digits: number): Uint32Array {
  const pins = new Uint32Array(10 ** digits);
  for (let i = 0; i < pins.length; i++) pins[i] = packPin(String(i).padStart(digits, '0'));
  return pins;
}

export function packPin(pin: string): number {
  return Number.parseInt([...pin].reverse().join(''), 16);
}

function textOf(packed: number, digits: number): string {
  const text = packed.toString(16).padStart(digits, '0');
  return [...text].reverse().join('');
}

/** Class of each position of a candidate. */
export function patternOf(packed: number, subset: number, digits: number): number {
  let pattern = 0;
  let rest = packed;
  for (let k = 0; k < digits; k++) {
    pattern = (pattern << 1) | ((subset >> (rest & 15)) & 1);
    rest >>>= 4;
  }
  return pattern;
}

/** Whether a position (0 = first digit) must be in class A. */
export function inClassA(question: Question, position: number, digits: number): boolean {
  // Packing reads the PIN from its last digit, so that the first digit is the lowest four bits.
  return ((question.pattern >> (digits - 1 - position)) & 1) === 1;
}

/** The most balanced question; `tolerance` (part of the candidates) ends the search early. */
export function bestQuestion(pins: Uint32Array, digits: number, tolerance = 0): Question {
  const half = pins.length / 2;
  const enough = Math.max(EXACT, pins.length * tolerance);
  const counts = new Int32Array(1 << digits);
  let best: Question = { subset: 0, pattern: 0 };
  let least = Number.POSITIVE_INFINITY;
  for (let subset = 1; subset < SUBSETS && least >= enough; subset++) {
    counts.fill(0);
    for (let i = 0; i < pins.length; i++) {
      let rest = pins[i]!;
      let pattern = 0;
      for (let k = 0; k < digits; k++) {
        pattern = (pattern << 1) | ((subset >> (rest & 15)) & 1);
        rest >>>= 4;
      }
      counts[pattern]!++;
    }
    for (let pattern = 0; pattern < counts.length; pattern++) {
      const count = counts[pattern]!;
      const distance = Math.abs(count - half);
      if (count > 0 && count < pins.length && distance < least) {
        least = distance;
        best = { subset, pattern };
      }
    }
  }
  return best;
}

export function divide(
  pins: Uint32Array,
  { subset, pattern }: Question,
  digits: number,
): { yes: Uint32Array; no: Uint32Array } {
  const fits = (pin: number) => patternOf(pin, subset, digits) === pattern;
  return { yes: pins.filter(fits), no: pins.filter((pin) => !fits(pin)) };
}

/**
 * A tree that is worked out where it is walked: each node once. `tolerance` is for sets too large to
 * look at every question.
 */
export class LazyTree {
  readonly #pins: Uint32Array;
  readonly #digits: number;
  readonly #tolerance: number;
  #question: Question | undefined;
  #branches: { yes: LazyTree; no: LazyTree } | undefined;

  constructor(pins: Uint32Array, digits: number, tolerance = 0) {
    this.#pins = pins;
    this.#digits = digits;
    this.#tolerance = tolerance;
  }

  /** The one PIN that is left. */
  get pin(): string | undefined {
    return this.#pins.length === 1 ? textOf(this.#pins[0]!, this.#digits) : undefined;
  }

  get question(): Question {
    this.#question ??= bestQuestion(this.#pins, this.#digits, this.#tolerance);
    return this.#question;
  }

  next(yes: boolean): LazyTree {
    if (this.#branches === undefined) {
      const parts = divide(this.#pins, this.question, this.#digits);
      this.#branches = {
        yes: new LazyTree(parts.yes, this.#digits, this.#tolerance),
        no: new LazyTree(parts.no, this.#digits, this.#tolerance),
      };
    }
    return yes ? this.#branches.yes : this.#branches.no;
  }
}
