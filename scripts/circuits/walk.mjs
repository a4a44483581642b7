/**
 * The search: a random walk over the circuits of one S-box.
 *
 * Circuits of the same size lie on a plateau, far more than can be listed, connected by moves
 * (moves.mjs) that keep the outputs. The walk strolls over it at random, since none of them looks better
 * than another, and steps down wherever a gate becomes superfluous. It may climb a few gates over the
 * best size, its slack. Circuits of the best size are put aside in a pool; when nothing better was found
 * for long, the walk starts again from one of them, with another slack.
 *
 * Left out: proof that no smaller circuit exists.
 */
import { detour, merge, rewire } from './moves.mjs';
import { CAPACITY, copyNet, createNet, fromCircuit, INPUTS, toCircuit } from './net.mjs';
import { tidy } from './tidy.mjs';
import { createView, look } from './view.mjs';

/** Moves without anything better after which the walk starts again from the pool. */
const PATIENCE = 600_000;
const POOL_SIZE = 64;
/** One in so many circuits of the best size is put aside. */
const POOL_EVERY = 500;
/** One in so many gates for which nothing equal is there is tried with a detour. */
const DETOUR_EVERY = 12;
/** One in so many changes that make the circuit larger is accepted. */
const CLIMB_EVERY = 20;
const FIRST_SLACK = 3;
const LEAST_SLACK = 2;
const SLACKS = 4;

/**
 * A walk that starts from a circuit. `random(limit)` draws whole numbers below the limit; the walk has
 * no clock: `run(moves)` goes on for so many moves, `best()` is the smallest circuit so far.
 */
export function createWalk(circuit, random) {
  const start = createNet();
  tidy(fromCircuit(circuit), start);
  return new Walk(start, random);
}

class Walk {
  #random;
  #current;
  #draft = createNet();
  #tidied = createNet();
  #view = createView();
  #pool;
  #bestSize;
  #slack = FIRST_SLACK;
  #sinceBest = 0;

  constructor(start, random) {
    this.#random = random;
    this.#current = start;
    this.#bestSize = start.size;
    this.#pool = [clone(start)];
  }

  best() {
    return toCircuit(this.#pool[0]);
  }

  run(moves) {
    for (let move = 0; move < moves; move++) {
      this.#sinceBest += 1;
      if (this.#sinceBest > PATIENCE) this.#startAgain();
      if (this.#change()) this.#consider();
    }
  }

  #startAgain() {
    copyNet(this.#pool[this.#random(this.#pool.length)], this.#current);
    this.#slack = LEAST_SLACK + this.#random(SLACKS);
    this.#sinceBest = 0;
  }

  /** Writes a changed circuit to the draft; false when the gate drawn allows no change. */
  #change() {
    const net = this.#current;
    const random = this.#random;
    const gate = INPUTS + random(net.size - INPUTS);
    look(net, gate, this.#view);
    if (merge(net, gate, this.#view, random, this.#draft)) return true;
    const mayGrow = net.size < Math.min(this.#bestSize + this.#slack, CAPACITY);
    const move = random(DETOUR_EVERY) === 0 && mayGrow ? detour : rewire;
    return move(net, gate, this.#view, random, this.#draft);
  }

  /** Takes the draft for the current circuit if it is no larger, or by chance. */
  #consider() {
    tidy(this.#draft, this.#tidied);
    if (this.#tidied.size > this.#current.size && this.#random(CLIMB_EVERY) !== 0) return;
    [this.#current, this.#tidied] = [this.#tidied, this.#current];
    const { size } = this.#current;
    if (size < this.#bestSize) {
      this.#bestSize = size;
      this.#sinceBest = 0;
      this.#pool = [clone(this.#current)];
    } else if (size === this.#bestSize && this.#random(POOL_EVERY) === 0) {
      this.#putAside();
    }
  }

  #putAside() {
    const full = this.#pool.length === POOL_SIZE;
    this.#pool[full ? this.#random(POOL_SIZE) : this.#pool.length] = clone(this.#current);
  }
}

function clone(net) {
  const copy = createNet();
  copyNet(net, copy);
  return copy;
}
