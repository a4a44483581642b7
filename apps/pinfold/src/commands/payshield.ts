/** `pinfold payshield`: what people do at the console of a payShield, for the published test LMKs. */
import { checkValue, fromHex, toHex } from '@pinfold/crypto';
import { HOST_ERRORS, HostRefusal, type Lmk, rowOfType, testLmks } from '@pinfold/hsm';
import { formUnderTestLmk, type TestLmkWish } from '@pinfold/institution';
import { Command, Option } from 'commander';
import { wholeNumber } from '../cli/arguments.js';
import { act, jsonCommand } from '../cli/command.js';
import { CommandFailure, EXIT, usageFailure } from '../cli/exit.js';
import { askSecret, endSecrets } from '../device/secrets.js';

interface FormKeyFlags {
  readonly type: string;
  readonly lmk?: string;
  readonly scheme?: string;
  readonly algorithm: 'T' | 'A';
  readonly components: number;
  readonly usage?: string;
  readonly mode: string;
  readonly keyVersion: string;
  readonly exportability: string;
}

const LMKS = testLmks('legacy');
const COMPONENT = /^(?:[0-9A-F]{16}|[0-9A-F]{32}|[0-9A-F]{48}|[0-9A-F]{64})$/;
/** Under a variant LMK, by the bytes of the key. */
const VARIANT_SCHEMES: Readonly<Record<number, string>> = { 8: 'Z', 16: 'U', 24: 'T' };

const formKeyCommand = jsonCommand(
  'form-key',
  'FK of the console: a key from typed components, under a published test LMK',
)
  .requiredOption(
    '--type <code>',
    'key type, as in 000 ZMK, 001 ZPK, 002 TMK, TPK and PVK, 402 CVK',
  )
  .addOption(
    new Option('--lmk <id>', 'test LMK; that of PINFOLD_MODE').choices(LMKS.map(({ id }) => id)),
  )
  .addOption(
    new Option('--scheme <letter>', 'scheme under the LMK; by the length of the key').choices([
      ...['U', 'T', 'X', 'Y', 'Z', 'S'],
    ]),
  )
  .addOption(
    new Option('--algorithm <letter>', 'T triple DES, A AES').choices(['T', 'A']).default('T'),
  )
  .option('--components <n>', 'how many components are typed', wholeNumber(2, 9), 2)
  .option('--usage <code>', 'under a key-block LMK: usage, where the type has several')
  .option('--mode <letter>', 'under a key-block LMK: mode of use', 'N')
  .option('--key-version <digits>', 'under a key-block LMK: version', '00')
  .option('--exportability <letter>', 'under a key-block LMK: exportability', 'N')
  .action(
    act<FormKeyFlags>(async ({ output, options }) => {
      const lmk = lmkOf(options);
      const attributes = lmk.kind === 'variant' ? undefined : headerOf(options);
      const components = await typedComponents(options, (line) => output.line(line));
      const { type, algorithm } = options;
      const scheme = options.scheme ?? schemeFor(lmk, components[0]!.length);
      const { token, checkValue: value } = formed(lmk, {
        ...{ components, type, scheme, algorithm },
        ...(attributes === undefined ? {} : { attributes }),
      });
      for (const component of components) component.fill(0);
      output.document({ key: token, checkValue: value, lmk: lmk.id, type, scheme });
      output.line(`LMK        ${lmk.id} ${lmk.name}, published test value: protects nothing`);
      output.line(`key        ${token}`);
      output.line(`check      ${value}`);
      return EXIT.done;
    }),
  );

function lmkOf({ lmk }: FormKeyFlags): Lmk {
  const mode = process.env.PINFOLD_MODE === 'legacy' ? 'legacy' : 'hardened';
  const wanted = lmk ?? testLmks(mode)[0]!.id;
  return LMKS.find(({ id }) => id === wanted)!;
}

function schemeFor({ kind }: Lmk, bytes: number): string {
  return kind === 'variant' ? (VARIANT_SCHEMES[bytes] ?? 'U') : 'S';
}

/** Header of the key block. The usage follows from the type where that has one key alone. */
function headerOf(options: FormKeyFlags): NonNullable<TestLmkWish['attributes']> {
  const { type, mode: modeOfUse, keyVersion, exportability } = options;
  const usages = rowOfType(type)?.usages ?? [];
  const [first, ...others] = usages.filter((each) => /^\d\d$/.test(each) || usages.length === 1);
  const usage = options.usage ?? (others.length === 0 ? first : undefined);
  if (usage === undefined) {
    const which = usages.length === 0 ? '' : ` one of ${usages.join(', ')}`;
    throw usageFailure('USAGE_NEEDED', `type ${type} under a key-block LMK needs --usage${which}`);
  }
  const fits = [
    /^[0-9A-Z]{2}$/.test(usage),
    /^[A-Z]$/.test(modeOfUse),
    /^[0-9A-Za-z]{2}$/.test(keyVersion),
    /^[ENS]$/.test(exportability),
  ];
  if (fits.includes(false)) {
    throw usageFailure(
      'HEADER_INVALID',
      'a header has a usage of 2, a mode of use of 1 and a version of 2 characters, and exportability E, N or S',
    );
  }
  return { usage, modeOfUse, keyVersion, exportability };
}

/** Typed without echo; each is answered with its check value, as the console does. */
async function typedComponents(
  { components: count, algorithm }: FormKeyFlags,
  tell: (line: string) => void,
): Promise<Uint8Array[]> {
  const components: Uint8Array[] = [];
  try {
    for (let n = 1; n <= count; n++) {
      const text = (await askSecret(`Component ${n} of ${count}`)).replaceAll(/\s/g, '');
      if (!COMPONENT.test(text.toUpperCase())) {
        throw usageFailure(
          'COMPONENT_INVALID',
          'a component is 16, 32, 48 or 64 hexadecimal digits',
        );
      }
      const component = fromHex(text.toUpperCase());
      components.push(component);
      tell(`component  ${n}: check value ${checkOf(component, algorithm)}`);
    }
  } finally {
    endSecrets();
  }
  return components;
}

function checkOf(component: Uint8Array, algorithm: 'T' | 'A'): string {
  if (algorithm === 'A') {
    if (component.length < 16)
      throw usageFailure('COMPONENT_INVALID', 'an AES key has 32, 48 or 64 digits');
    return toHex(checkValue(component, { cipher: 'aes', method: 'cmac' }));
  }
  if (component.length > 24)
    throw usageFailure('COMPONENT_INVALID', 'a DES key has 16, 32 or 48 digits');
  return toHex(checkValue(component, { cipher: 'des', method: 'zeros' }));
}

function formed(lmk: Lmk, wish: TestLmkWish) {
  try {
    return formUnderTestLmk(lmk, wish);
  } catch (error) {
    if (!(error instanceof HostRefusal)) throw error;
    const { code } = error;
    const why = (HOST_ERRORS as Readonly<Record<string, string>>)[code] ?? 'refused';
    throw new CommandFailure(`HOST_${code}`, `no key: ${code}, ${why}`, EXIT.refused);
  }
}

export const payshieldCommand = new Command('payshield')
  .description('the console of a payShield with a published test LMK')
  .addCommand(formKeyCommand);
