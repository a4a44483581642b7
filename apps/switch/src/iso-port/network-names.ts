/** What a lines file must not take, because the network itself has it: terminals, links, card prefixes. */
import { ACQUIRER, FLEET, ISSUERS } from '@pinfold/flows';

/** Terminals of the fleet, however many of them there are. */
const FLEET_TERMINAL = /^ATM\d{5}$/;

/** Names of links that are no issuer's: their data keys would be a partner's. */
const OTHER_LINKS: ReadonlySet<string> = new Set([FLEET.id, ACQUIRER.id]);

interface Named {
  readonly acquirers: readonly { readonly terminals: readonly string[] }[];
  readonly issuers: readonly {
    readonly name: string;
    readonly cards?: { readonly prefix: string };
  }[];
}

/** One line for people, or undefined when nothing is taken twice. */
export function networkNameTaken({ acquirers, issuers }: Named): string | undefined {
  const own = acquirers.flatMap(({ terminals }) => terminals).find((id) => FLEET_TERMINAL.test(id));
  if (own !== undefined) return `terminal ${own} is one of the network's own ATMs`;
  const cards = new Map(ISSUERS.map(({ id, cardPrefix }) => [cardPrefix, id]));
  for (const { name, cards: theirs } of issuers) {
    if (OTHER_LINKS.has(name)) return `an issuer cannot be called ${name}: the network is`;
    if (theirs === undefined) continue;
    const taken = cards.get(theirs.prefix);
    if (taken !== undefined) return `${name}: cards ${theirs.prefix} are ${taken}'s`;
    cards.set(theirs.prefix, name);
  }
  return undefined;
}
