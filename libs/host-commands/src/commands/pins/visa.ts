/** Visa PVV in host commands: fields. */
import { digits } from '../../layout/nodes.js';

export const pvki = digits('pvki', 1, { about: 'PVK indicator' });

export const pvvField = digits('pvv', 4);

export const PAIR = { plain: 32, about: 'PVK pair' } as const;
