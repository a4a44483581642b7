/**
 * The lines file (`--lines FILE`): JSON, every member known, paths relative to the file.
 * The reference is docs/reference/iso-port.md, whose examples a test reads through this.
 */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { dirname, resolve } from 'node:path';
import { UsageError } from '@pinfold/platform';
import { z } from 'zod';
import { networkNameTaken } from './network-names.js';
import { PACKINGS, type PackingName } from './packing.js';

const names = <T extends string>(table: Readonly<Record<T, unknown>>) =>
  z.enum(Object.keys(table) as [T, ...T[]]);

/** Bytes of length before header and message. */
export const LENGTHS = { 2: 'length2', 4: 'length4', 0: 'none' } as const;

const name = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/, 'a to z, 0 to 9, inner -');
const port = z.number().int().min(1).max(65_535);
const file = z.string().min(1);
const hex = (pattern: RegExp, wanted: string) =>
  z
    .string()
    .transform((text) => text.replaceAll(':', '').toUpperCase())
    .pipe(z.string().regex(pattern, wanted));

/** What both kinds of line have. */
const format = {
  name,
  packing: names<PackingName>(PACKINGS).default('ascii'),
  lengthBytes: z.union([z.literal(2), z.literal(4), z.literal(0)]).default(2),
  /** Default: as in `LINE_LIMITS`. */
  idleSeconds: z.number().int().min(10).max(86_400).optional(),
};

const terminal = z.string().regex(/^[A-Z0-9]{8}$/, '8 capital letters or digits');

const acquirerSchema = z.strictObject({
  ...format,
  /** Default: PINFOLD_ISO_PORT. Lines of one port share its TLS and are told apart by certificate. */
  port: port.optional(),
  address: z.string().default('127.0.0.1'),
  headerBytes: z.number().int().min(0).max(255).default(0),
  tpdu: z.boolean().default(false),
  terminals: z.array(terminal).min(1).max(20_000),
  /** Of one connection. Default: as in `LINE_LIMITS`. */
  inFlight: z.number().int().min(1).max(16_384).optional(),
  tls: z.strictObject({ key: file, certificate: file, clientCa: file }).optional(),
  certificates: z
    .array(hex(/^[0-9A-F]{64}$/, 'SHA-256, 64 hex digits'))
    .max(16)
    .default([]),
  insecureIKnow: z.boolean().default(false),
});

const issuerSchema = z.strictObject({
  ...format,
  host: z.string().min(1),
  port,
  header: hex(/^(?:[0-9A-F]{2}){0,255}$/, 'pairs of hex digits').default(''),
  tls: z
    .strictObject({
      ca: file,
      key: file.optional(),
      certificate: file.optional(),
      serverName: z.string().optional(),
    })
    .optional(),
  insecureIKnow: z.boolean().default(false),
  /** Of a partner that is not in the demo network. */
  cards: z
    .strictObject({
      prefix: z.string().regex(/^\d{1,12}$/, '1 to 12 digits'),
      algorithm: z.enum(['T', 'A']).default('T'),
    })
    .optional(),
});

const linesSchema = z.strictObject({
  acquirers: z.array(acquirerSchema).max(64).default([]),
  issuers: z.array(issuerSchema).max(16).default([]),
});

export type AcquirerConfig = z.infer<typeof acquirerSchema>;
export type IssuerConfig = z.infer<typeof issuerSchema>;
export type Lines = z.infer<typeof linesSchema>;

/** What the all-in-one program serves when no file says otherwise. */
export const DEMO_LINES: Lines = linesSchema.parse({
  acquirers: [{ name: 'demo', terminals: ['ISO00001', 'ISO00002', 'ISO00003', 'ISO00004'] }],
});

/** In the data folder: letters with key components. */
export const LETTERS_FOLDER = 'letters';

export const NO_LINES: Lines = { acquirers: [], issuers: [] };

/** @throws UsageError naming the member and what is allowed, never a value */
export function readLines(path: string): Lines {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`the lines file ${path} cannot be read (${code})`);
  }
  const lines = parseLines(text, { path, folder: dirname(resolve(path)) });
  const taken = networkNameTaken(lines);
  if (taken !== undefined) throw new UsageError(`the lines file ${path}: ${taken}`);
  return lines;
}

export function parseLines(text: string, o: { path: string; folder: string }): Lines {
  const refuse = (why: string) => new UsageError(`the lines file ${o.path}: ${why}`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw refuse('not JSON');
  }
  const read = linesSchema.safeParse(json);
  if (!read.success) {
    const { path, message } = read.error.issues[0]!;
    throw refuse(`${path.join('.') || 'document'}: ${message}`);
  }
  const fault = faultOf(read.data);
  if (fault !== undefined) throw refuse(fault);
  return withPaths(read.data, o.folder);
}

/** What no single member shows. */
function faultOf({ acquirers, issuers }: Lines): string | undefined {
  const seen = new Set<string>();
  for (const { name: own } of [...acquirers, ...issuers]) {
    if (seen.has(own)) return `two lines are called ${own}`;
    seen.add(own);
  }
  const terminals = new Set<string>();
  for (const id of acquirers.flatMap((line) => line.terminals)) {
    if (terminals.has(id)) return `terminal ${id} is on two lines`;
    terminals.add(id);
  }
  for (const line of acquirers) {
    const { name: own, tls, certificates, headerBytes, tpdu } = line;
    if (tls === undefined && certificates.length > 0) return `${own}: certificates need tls`;
    if (tls !== undefined && certificates.length === 0) return `${own}: tls needs certificates`;
    if (tpdu && headerBytes !== 5) return `${own}: a TPDU is a header of 5 bytes`;
    if (tls === undefined && !isLoopback(line.address) && !line.insecureIKnow) {
      return `${own}: an address beyond loopback needs tls, or "insecureIKnow": true`;
    }
  }
  for (const line of issuers) {
    if (line.tls === undefined && !isLoopback(line.host) && !line.insecureIKnow) {
      return `${line.name}: a host beyond loopback needs tls, or "insecureIKnow": true`;
    }
    if ((line.tls?.key === undefined) !== (line.tls?.certificate === undefined)) {
      return `${line.name}: tls.key and tls.certificate go together`;
    }
  }
  return faultOfPorts(acquirers);
}

function faultOfPorts(acquirers: readonly AcquirerConfig[]): string | undefined {
  for (const lines of byPort(acquirers)) {
    const [first, ...others] = lines;
    if (others.length === 0) continue;
    if (lines.some(({ tls }) => tls === undefined)) {
      return `${others[0]!.name}: lines without tls need a port each`;
    }
    const same = (line: AcquirerConfig) =>
      line.address === first!.address && JSON.stringify(line.tls) === JSON.stringify(first!.tls);
    if (!others.every(same))
      return `${first!.name}: lines of one port have the same address and tls`;
    const prints = lines.flatMap(({ certificates }) => certificates);
    if (new Set(prints).size < prints.length) return `${first!.name}: one certificate, two lines`;
  }
  return undefined;
}

/** Lines that share a listening port. */
export function byPort(acquirers: readonly AcquirerConfig[]): AcquirerConfig[][] {
  const groups = new Map<number | undefined, AcquirerConfig[]>();
  for (const line of acquirers) {
    groups.set(line.port, [...(groups.get(line.port) ?? []), line]);
  }
  return [...groups.values()];
}

export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}

function withPaths({ acquirers, issuers }: Lines, folder: string): Lines {
  const at = <T extends Record<string, string | undefined>>(tls: T, but: string): T =>
    Object.fromEntries(
      Object.entries(tls).map(([key, value]) => [
        key,
        value === undefined || key === but ? value : resolve(folder, value),
      ]),
    ) as T;
  return {
    acquirers: acquirers.map((line) => (line.tls ? { ...line, tls: at(line.tls, '') } : line)),
    issuers: issuers.map((line) =>
      line.tls ? { ...line, tls: at(line.tls, 'serverName') } : line,
    ),
  };
}
