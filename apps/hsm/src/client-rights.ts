/**
 * Which client may use which host commands, by the fingerprint of its certificate: `clients.json` in
 * the folder of the TLS port.
 *
 *   { "clients": [ { "name": "switch", "sha256": "AB:CD:…", "commands": ["pins", "service", "NC"] } ] }
 *
 * A command is its code, or the name of a group of the reference; "all" is every command. A client that
 * is not in the list is not served. `"officer": true` is one of the two who authorise the device (PX).
 */
import { HOST_COMMANDS } from '@pinfold/host-commands';
import { z } from 'zod';

const GROUPS = new Set<string>([...HOST_COMMANDS.values()].map(({ group }) => group));
const ALL = 'all';

const clientsSchema = z.strictObject({
  clients: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(64),
        sha256: z
          .string()
          .regex(/^([0-9A-Fa-f]{2}:?){32}$/, 'no SHA-256 fingerprint in hexadecimal'),
        commands: z
          .array(
            z
              .string()
              .refine(
                (one) => one === ALL || GROUPS.has(one) || HOST_COMMANDS.has(one),
                'no command code, group of commands or "all"',
              ),
          )
          .min(1),
        officer: z.boolean().optional(),
      }),
    )
    .min(1)
    .max(1_000),
});

export interface ClientRights {
  readonly name: string;
  /** Codes of commands. */
  readonly commands: ReadonlySet<string>;
  /** May authorise the device, together with another. */
  readonly officer: boolean;
}

/** By fingerprint, upper-case hex without colons. @throws Error in one line where the text is no such list */
export function readClientRights(text: string): ReadonlyMap<string, ClientRights> {
  const parsed = clientsSchema.safeParse(jsonOf(text));
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw new Error(`${path.join('.') || 'the document'}: ${message}`);
  }
  const rights = new Map<string, ClientRights>();
  for (const { name, sha256, commands, officer = false } of parsed.data.clients) {
    const fingerprint = sha256.replaceAll(':', '').toUpperCase();
    if (rights.has(fingerprint)) throw new Error(`the certificate of ${name} is there twice`);
    const codes = codesOf(officer ? [...commands, 'PX'] : commands);
    rights.set(fingerprint, { name, commands: codes, officer });
  }
  return rights;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('not a JSON document');
  }
}

function codesOf(names: readonly string[]): ReadonlySet<string> {
  const codes = new Set<string>();
  for (const { code, group } of HOST_COMMANDS.values()) {
    if (names.some((one) => one === ALL || one === code || one === group)) {
      codes.add(code);
    }
  }
  return codes;
}
