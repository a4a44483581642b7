import * as crypto from '../libs/crypto/src/index.js';

interface Operation {
  readonly name: string;
  run(): unknown;
  readonly node: (() => unknown) | null;
}

// A plain module without types: the benchmark runs it without a compiler.
const path = './crypto-operations.mjs';
const { operations } = (await import(path)) as {
  operations: (library: typeof crypto) => Operation[];
};

describe.each(operations(crypto))('$name', ({ run, node }) => {
  it('runs, in own code and as one writes it with Node', () => {
    for (let i = 0; i < 3; i++) {
      run();
      node?.();
    }
  });
});
