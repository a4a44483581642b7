/** IBM 3624 in host commands: fields. */
import { alnum } from '../../layout/nodes.js';

export const offset = alnum('offset', 12, { about: 'left-justified, filled with F' });
