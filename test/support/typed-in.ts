import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromHex } from '@pinfold/crypto';
import { LineTerminal } from './line-terminal.js';

/** The terminal after its couriers have typed in what their letters say. */
export function typedIn(dataDir: string, id: string): LineTerminal {
  const letters = [1, 2].map((n) => {
    const path = join(dataDir, 'letters', `${id}.courier-${n}.json`);
    return JSON.parse(readFileSync(path, 'utf8')) as {
      courier: string;
      component: string;
      checkValue: string;
      algorithm: 'T' | 'A';
    };
  });
  const [{ checkValue, algorithm }] = letters as [(typeof letters)[number]];
  const components = letters.map(({ courier, component }) => ({
    courier,
    component: fromHex(component),
  }));
  return new LineTerminal({ terminal: id, algorithm, components, checkValue });
}
