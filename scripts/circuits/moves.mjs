/**
 * The three moves of the walk. Each looks at one gate through its don't-cares (view.mjs) and puts
 * something that agrees in its place, so that the outputs stay what they are:
 *
 * - *merge*: a value that is there already. One gate fewer.
 * - *rewire*: another gate of two values, or the opposite of one. As many gates as before, or fewer when
 *   nothing else read the old operands. Most moves are of this kind, and most of them gain nothing but
 *   another circuit of the same size, from which other gates can be merged.
 * - *detour*: two gates. One more, which lets the walk out of a dead end.
 *
 * A move writes the changed circuit to `draft`, out of order and not yet smaller: see tidy.mjs.
 */
import { apply, copyNet, INPUTS, NOT, OUTPUTS } from './net.mjs';
import { Choice, offerExclusive, offerMonotone, offerOuter } from './offers.mjs';
import { first, NONE } from './view.mjs';

/** Pairs of values that a detour tries as its first gate. */
const DETOUR_PAIRS = 150;

/** Lets all that read the gate read an equal value; false when there is none. */
export function merge(net, gate, view, random, draft) {
  const choice = new Choice(random);
  const { wantedLow, wantedHigh } = view;
  for (let i = first(view, wantedLow, wantedHigh); i !== NONE; i = view.next[i]) {
    if (view.tableLow[i] === wantedLow && view.tableHigh[i] === wantedHigh) choice.offer(0, i, i);
  }
  if (choice.offered === 0) return false;
  const chosen = view.value[choice.i];
  copyNet(net, draft);
  for (let value = INPUTS; value < draft.size; value++) {
    if (draft.a[value] === gate) draft.a[value] = chosen;
    if (draft.b[value] === gate) draft.b[value] = chosen;
  }
  for (let i = 0; i < OUTPUTS; i++) if (draft.outputs[i] === gate) draft.outputs[i] = chosen;
  return true;
}

/** Puts another gate in the gate's place, any with the same chance; false when there is none. */
export function rewire(net, gate, view, random, draft) {
  // What comes before the gate does not depend on it: its operands have their own numbers as places.
  const own = { operator: net.operator[gate], i: net.a[gate], j: net.b[gate] };
  const choice = new Choice(random, own);
  offerExclusive(view, choice);
  offerMonotone(view, choice);
  if (choice.offered === 0) return false;
  copyNet(net, draft);
  setGate(draft, gate, choice.operator, view.value[choice.i], view.value[choice.j]);
  return true;
}

/** Puts a gate in the gate's place that reads a new gate; false when none was met by chance. */
export function detour(net, gate, view, random, draft) {
  const { size, value, tableLow, tableHigh } = view;
  for (let pair = 0; pair < DETOUR_PAIRS; pair++) {
    const i = random(size);
    const j = random(size);
    if (i === j) continue;
    const inner = random(NOT);
    const low = apply(inner, tableLow[i], tableLow[j]);
    const high = apply(inner, tableHigh[i], tableHigh[j]);
    const choice = new Choice(random);
    offerOuter(view, low, high, choice);
    if (choice.offered === 0) continue;
    copyNet(net, draft);
    const added = draft.size++;
    setGate(draft, added, inner, value[i], value[j]);
    const a = choice.i === NONE ? added : value[choice.i];
    const b = choice.j === NONE ? added : value[choice.j];
    setGate(draft, gate, choice.operator, a, b);
    return true;
  }
  return false;
}

/** The tables of a draft are not kept: they are made anew when it is tidied. */
function setGate(net, gate, operator, a, b) {
  net.operator[gate] = operator;
  net.a[gate] = a;
  net.b[gate] = b;
}
