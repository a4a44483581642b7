/**
 * Keeps the heap of a program near what is alive in it. V8 lets the old generation grow up to four
 * times before it collects, because objects of messages under way outlive the young generation; the
 * all-in-one program then takes 420 MiB where 280 do, at no measurable cost in CPU.
 */
import { setFlagsFromString } from 'node:v8';

/** By how much the old generation may grow over what survived the last collection, in %. */
const GROWTH_PERCENT = 120;

/** Works at any time: V8 reads the flag after each full collection. */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}
