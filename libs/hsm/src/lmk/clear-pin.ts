/**
 * A PIN inside the device. Faces of the device hand it from one operation to the next and cannot look
 * into it: there is no way to its digits but `digitsOf`, which stays in this folder.
 */
export class ClearPin {
  readonly #digits: string;

  constructor(digits: string) {
    this.#digits = digits;
  }

  get length(): number {
    return this.#digits.length;
  }

  static digitsOf(pin: ClearPin): string {
    return pin.#digits;
  }
}

export const digitsOf = ClearPin.digitsOf;
