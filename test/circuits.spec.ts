import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Circuit, type Gate, S_BOX_CIRCUITS } from '../libs/crypto/src/bitslice/circuits.js';
import { sBox } from '../libs/crypto/src/des-tables.js';

/**
 * The search for S-box circuits (scripts/circuits): it takes out again what was put in, each of its moves
 * keeps the outputs, and what it prints is what circuits.ts has.
 */
const script = (name: string) =>
  import(new URL(`../scripts/circuits/${name}.mjs`, import.meta.url).href);
const { createWalk } = await script('walk');
const { createRandom } = await script('random');
const { expand } = await script('expansion');
const { isCircuitOf } = await script('proof');
const { rowsOf } = await script('rows');
const { createNet, fromCircuit, toCircuit } = await script('net');
const { tidy } = await script('tidy');
const { createView, look } = await script('view');
const { detour, merge, rewire } = await script('moves');

const SEED = 20_261;
const BOXES = S_BOX_CIRCUITS.map((circuit, box) => ({
  box,
  circuit,
  wanted: (input: number) => sBox(box, input),
}));

/** The circuit with its n-th XOR as three gates: `(a|b)-(a&b)`. No two of its gates are the same function. */
function worsen({ gates, outputs }: Circuit, n: number): Circuit {
  const at = gates.findIndex(
    ({ operator }, i) =>
      operator === '^' && gates.slice(0, i).filter((gate) => gate.operator === '^').length === n,
  );
  const { a, b } = gates[at]!;
  const value = 6 + at;
  const moved = (old: number) => (old < value ? old : old + 2);
  const added: Gate[] = [
    { operator: '|', a, b },
    { operator: '&', a, b },
    { operator: '-', a: value, b: value + 1 },
  ];
  return {
    outputs: outputs.map(moved),
    gates: [
      ...gates.slice(0, at),
      ...added,
      ...gates.slice(at + 1).map((gate) => ({ ...gate, a: moved(gate.a), b: moved(gate.b) })),
    ],
  };
}

describe.each(BOXES)(`search for a circuit of S-box $box, seed ${SEED}`, (of) => {
  const { box, circuit, wanted } = of;

  it('shrinks a worsened circuit to its size again, and it is still the S-box', () => {
    const worse = worsen(worsen(circuit, 2), 5);
    expect(worse.gates.length).toBe(circuit.gates.length + 4);
    expect(isCircuitOf(worse, wanted)).toBe(true);
    const walk = createWalk(worse, createRandom(SEED, box));
    expect(walk.best().gates.length).toBe(worse.gates.length);
    for (let part = 0; part < 100 && walk.best().gates.length > circuit.gates.length; part++) {
      walk.run(1000);
    }
    expect(walk.best().gates.length).toBeLessThanOrEqual(circuit.gates.length);
    expect(isCircuitOf(walk.best(), wanted)).toBe(true);
  });

  it('shrinks a circuit made of the table alone', () => {
    const first = expand(wanted);
    expect(isCircuitOf(first, wanted)).toBe(true);
    const walk = createWalk(first, createRandom(SEED, box));
    walk.run(20_000);
    expect(walk.best().gates.length).toBeLessThan((first.gates.length * 3) / 4);
    expect(isCircuitOf(walk.best(), wanted)).toBe(true);
  });

  it('keeps the outputs with every move', () => {
    const random = createRandom(SEED, box);
    const view = createView();
    let [net, draft, next] = [createNet(), createNet(), createNet()];
    tidy(fromCircuit(circuit), net);
    const done = new Map([merge, rewire, detour].map((move) => [move, 0]));
    for (let attempt = 0; attempt < 3000; attempt++) {
      const large = net.size > 6 + circuit.gates.length + 8;
      const move = [merge, rewire, large ? merge : detour][random(3)];
      const gate = 6 + random(net.size - 6);
      look(net, gate, view);
      if (!move(net, gate, view, random, draft)) continue;
      tidy(draft, next);
      if (!isCircuitOf(toCircuit(next), wanted)) throw new Error(`${move.name} of ${gate}`);
      [net, next] = [next, net];
      done.set(move, done.get(move)! + 1);
    }
    for (const count of done.values()) expect(count).toBeGreaterThan(10);
  });

  it('sees a single wrong gate', () => {
    const gates = circuit.gates.with(-1, { operator: '|', a: 0, b: 1 });
    expect(isCircuitOf({ ...circuit, gates }, wanted)).toBe(false);
  });

  it('prints the rows of circuits.ts', () => {
    const file = new URL('../libs/crypto/src/bitslice/circuits.ts', import.meta.url);
    expect(readFileSync(file, 'utf8')).toContain(`${rowsOf(circuit)}\n`);
  });
});

it('takes the same walk with the same seed only', () => {
  const { circuit } = BOXES[3]!;
  const after = (seed: number) => {
    const random = createRandom(seed);
    createWalk(circuit, random).run(500);
    return random(2 ** 32);
  };
  expect(after(SEED)).toBe(after(SEED));
  expect(after(SEED)).not.toBe(after(SEED + 1));
});

it.each([
  ['--box', '9', '--box is a whole number from 1 to 8'],
  ['--seconds', '0', '--seconds is a whole number from 1 to 1000000'],
  ['--seed', 'x', '--seed is a whole number from 0 to 4294967295'],
])('npm run circuits -- %s %s says what is allowed', (option, value, message) => {
  const program = fileURLToPath(new URL('../scripts/circuits.mjs', import.meta.url));
  const done = spawnSync(process.execPath, [program, option, value], { encoding: 'utf8' });
  expect(done.status).toBe(2);
  expect(done.stderr.trim()).toBe(message);
});
