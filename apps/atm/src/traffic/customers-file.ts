/**
 * What the demo's customers know, as a file: for an ATM process that has no issuer's device at hand.
 * Demo data only; mode 0600. A line is `PAN EXPIRY PIN`.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError } from '@pinfold/platform';
import type { Card, Customers } from './customers.js';

const FILE = 'demo-customers';
const LINE = /^(\d{12,19}) (\d{4}) (\d{4,12})$/;

export function customersFile(dataDir: string): string {
  return join(dataDir, FILE);
}

export function writeCustomers(
  dataDir: string,
  customers: readonly (Card & { readonly pin: string })[],
): void {
  const lines = customers.map(({ pan, expiry, pin }) => `${pan} ${expiry} ${pin}\n`);
  const path = customersFile(dataDir);
  writeFileSync(`${path}.new`, lines.join(''), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** @throws EnvironmentError when the file is not there or not of this form */
export function readCustomers(dataDir: string): Customers {
  const path = customersFile(dataDir);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new EnvironmentError(`${path} is not there; the set-up of the demo network writes it`);
  }
  const cards: Card[] = [];
  const pins = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, pan, expiry, pin] = LINE.exec(line) ?? [];
    if (pan === undefined) throw new EnvironmentError(`${path} is damaged; write it again`);
    cards.push({ pan, expiry: expiry! });
    pins.set(pan, pin!);
  }
  return {
    count: cards.length,
    card: (index) => cards[index]!,
    pinsOf: async (pans) => pans.map((pan) => pins.get(pan)!),
  };
}
