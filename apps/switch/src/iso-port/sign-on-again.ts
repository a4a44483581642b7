/** A new connection to an issuer begins signed off: the switch's next tick signs on (0800, DE 70 = 001). */
import { newLink, type SwitchStore } from '@pinfold/flows';

export async function signOnAgain(
  store: Pick<SwitchStore, 'transact'>,
  issuer: string,
): Promise<void> {
  await store.transact(async (tx) => {
    const [link = newLink(issuer)] = await tx.lockLinks([issuer]);
    // A sign-on that went into the old connection is not waited for.
    const { '001': _, ...asked } = link.asked;
    await tx.save({ links: [{ ...link, signedOn: false, asked }] });
  });
}
