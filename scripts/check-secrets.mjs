/**
 * Looks through the tracked files for what must never be in a repository: real card numbers (Luhn, outside the
 * ranges that networks publish for tests), private keys, and access tokens.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './prepare.mjs';

const LARGEST_FILE = 2 << 20;

/** Prefixes of card numbers that stand in public test data, in standards' examples, or in this project's demo network. */
const TEST_PREFIXES = [
  '400000',
  '510000',
  '411111',
  '401288',
  '401234',
  '422222',
  '424242',
  '444444',
  '555555',
  '510510',
  '512345',
  '541333',
  '543210',
  '371449',
  '378282',
  '374245',
  '341111',
  '601100',
  '601111',
  '305693',
  '385200',
  '353011',
  '356600',
  '622',
  '111111',
  '112233',
  '123456',
  '222222',
  '333333',
  '000000',
  '999999',
  '455623',
  '456789',
  '476173',
  '483291',
  '499999',
  '520000',
  '581234',
  '620000',
  '987654',
];

const SECRETS = [
  {
    what: 'a private key',
    pattern: /-----BEGIN (?:RSA |EC |ENCRYPTED )?PRIVATE KEY-----[\s\S]{100}/,
  },
  { what: 'an access key', pattern: /\bAKIA[0-9A-Z]{16}\b/ },
  { what: 'an access token', pattern: /\b(?:ghp|gho|npm|glpat|xox[bp])[_-][A-Za-z0-9]{30,}\b/ },
];

/** ISO/IEC 7812-1 annex B. */
function luhn(digits) {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = Number(digits[digits.length - 1 - i]);
    sum += i % 2 === 0 ? digit : digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
  }
  return sum % 10 === 0;
}

/** Card numbers start with 3 to 6 and have an issuer's range; long runs of hex or of digits are something else. */
function cardNumbers(text) {
  return [...text.matchAll(/(?<![0-9A-Fa-f.])[3-6]\d{15}(?![0-9A-Fa-f])/g)]
    .map(([digits]) => digits)
    .filter((digits) => luhn(digits) && !TEST_PREFIXES.some((prefix) => digits.startsWith(prefix)));
}

const tracked = execFileSync(
  'git',
  ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
  {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  },
);
const problems = [];
for (const name of tracked.split('\0').filter(Boolean)) {
  if (name === 'package-lock.json' || name.startsWith('vectors/generated/')) continue;
  const path = join(root, name);
  if (statSync(path, { throwIfNoEntry: false })?.size > LARGEST_FILE) continue;
  const text = readFileSync(path, 'utf8');
  for (const digits of cardNumbers(text)) {
    problems.push(`${name}: looks like a real card number (${digits.slice(0, 6)}…)`);
  }
  for (const { what, pattern } of SECRETS)
    if (pattern.test(text)) problems.push(`${name}: holds ${what}`);
}
for (const problem of problems) console.error(problem);
console.log(`${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
