/** DUKPT in host commands: key serial numbers with their descriptor. */
import { alnum, hex, layout } from '../layout/nodes.js';

/** Descriptor (lengths of key set, sub-key and device identifiers) and the number itself. */
export const ksnFields = layout(
  alnum('ksnDescriptor', 3, { about: 'lengths of BDK, sub-key and device identifiers in digits' }),
  hex('ksn', { by: 'ksnDescriptor', of: { '605': 16, '609': 20 }, otherwise: 20 }),
);
