/**
 * What may take a gate's place: the observability don't-cares of the gate.
 *
 * Where the gates behind it hide a gate's value (an AND whose other side is 0), the gate may be wrong.
 * To know where, the gate is turned over in all 64 states and the change followed to the outputs: the
 * states in which an output turns too are the *care mask*, exact and not an estimate. Any function that
 * agrees with the gate on the mask may stand for it. It may be made of every value that does not depend
 * on the gate itself; all tables below are cut down to the mask, so that to agree is to be equal.
 */
import { apply, CAPACITY } from './net.mjs';

// Looked up once: the sandbox of the tests is slow at every look at a global.
const { imul } = Math;

/** The end of a chain. */
export const NONE = -1;
const CHAINS = 128;

/** Room for what `look` finds; made once and used again. */
export function createView() {
  return {
    /** Care mask. */
    low: 0,
    high: 0,
    /** The gate's own table within the mask. */
    wantedLow: 0,
    wantedHigh: 0,
    /** The values that do not depend on the gate, and their tables within the mask. */
    size: 0,
    value: new Uint8Array(CAPACITY),
    tableLow: new Int32Array(CAPACITY),
    tableHigh: new Int32Array(CAPACITY),
    /** Chains of the values by a hash of their tables, each from the last value down. */
    heads: new Int16Array(CHAINS),
    next: new Int16Array(CAPACITY),
    /** Scratch: values by how they lie to what is wanted. */
    covering: new Uint8Array(CAPACITY),
    within: new Uint8Array(CAPACITY),
    disjoint: new Uint8Array(CAPACITY),
    /** Scratch: what depends on the gate, and the tables with the gate turned over. */
    depends: new Uint8Array(CAPACITY),
    turnedLow: new Int32Array(CAPACITY),
    turnedHigh: new Int32Array(CAPACITY),
  };
}

/** The head of the chain in which values of this table are, among others. */
export function first(view, low, high) {
  return view.heads[chainOf(low, high)];
}

function chainOf(low, high) {
  return imul(low ^ imul(high, 0x85ebca6b), 0x9e3779b1) >>> 25;
}

/** Fills the view for a gate of a tidy net. */
export function look(net, gate, view) {
  turnOver(net, gate, view);
  view.low = 0;
  view.high = 0;
  for (const output of net.outputs) {
    if (!view.depends[output]) continue;
    view.low |= view.turnedLow[output] ^ net.low[output];
    view.high |= view.turnedHigh[output] ^ net.high[output];
  }
  view.wantedLow = net.low[gate] & view.low;
  view.wantedHigh = net.high[gate] & view.high;
  view.size = 0;
  view.heads.fill(NONE);
  for (let value = 0; value < net.size; value++) {
    if (!view.depends[value]) append(view, value, net.low[value], net.high[value]);
  }
}

function append(view, value, low, high) {
  const i = view.size++;
  view.value[i] = value;
  view.tableLow[i] = low & view.low;
  view.tableHigh[i] = high & view.high;
  const chain = chainOf(view.tableLow[i], view.tableHigh[i]);
  view.next[i] = view.heads[chain];
  view.heads[chain] = i;
}

function turnOver(net, gate, { depends, turnedLow, turnedHigh }) {
  for (let value = 0; value < gate; value++) {
    depends[value] = 0;
    turnedLow[value] = net.low[value];
    turnedHigh[value] = net.high[value];
  }
  depends[gate] = 1;
  turnedLow[gate] = ~net.low[gate];
  turnedHigh[gate] = ~net.high[gate];
  for (let value = gate + 1; value < net.size; value++) {
    const a = net.a[value];
    const b = net.b[value];
    depends[value] = depends[a] | depends[b];
    turnedLow[value] = apply(net.operator[value], turnedLow[a], turnedLow[b]);
    turnedHigh[value] = apply(net.operator[value], turnedHigh[a], turnedHigh[b]);
  }
}
