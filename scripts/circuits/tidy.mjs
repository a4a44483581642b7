/**
 * Brings a net into order after a change: gates that compute the same function become one, gates that no
 * output needs go, and every gate comes after the values it reads.
 *
 * A net grows smaller here and nowhere else. A change only gives one gate other operands; that this made
 * some gate superfluous shows when what the outputs need is copied.
 */
import { addGate, apply, INPUTS, OUTPUTS } from './net.mjs';

const ABSENT = -1;

/** Overwrites `to` with `from` in order. The gates of `from` may come in any order without a circle. */
export function tidy(from, to) {
  to.size = INPUTS;
  const places = new Int16Array(from.size).fill(ABSENT);
  for (let input = 0; input < INPUTS; input++) places[input] = input;
  for (let i = 0; i < OUTPUTS; i++) to.outputs[i] = place(from.outputs[i], from, to, places);
  dropUnused(to);
}

/** Copies a value after all it depends on, unless its function is there; returns its new number. */
function place(value, from, to, places) {
  if (places[value] !== ABSENT) return places[value];
  const operator = from.operator[value];
  const a = place(from.a[value], from, to, places);
  const b = place(from.b[value], from, to, places);
  const low = apply(operator, to.low[a], to.low[b]);
  const high = apply(operator, to.high[a], to.high[b]);
  let same = 0;
  while (same < to.size && (to.low[same] !== low || to.high[same] !== high)) same++;
  places[value] = same < to.size ? same : addGate(to, operator, a, b);
  return places[value];
}

/** Closes up over the gates that were copied for a gate which turned out to be there already. */
function dropUnused(net) {
  const used = new Uint8Array(net.size);
  for (const output of net.outputs) used[output] = 1;
  for (let value = net.size - 1; value >= INPUTS; value--) {
    if (used[value]) used[net.a[value]] = used[net.b[value]] = 1;
  }
  const places = new Uint8Array(net.size);
  let size = 0;
  for (let value = 0; value < net.size; value++) {
    if (value >= INPUTS && !used[value]) continue;
    places[value] = size;
    net.operator[size] = net.operator[value];
    net.a[size] = places[net.a[value]];
    net.b[size] = places[net.b[value]];
    net.low[size] = net.low[value];
    net.high[size] = net.high[value];
    size += 1;
  }
  for (let i = 0; i < OUTPUTS; i++) net.outputs[i] = places[net.outputs[i]];
  net.size = size;
}
