/** A card number as it may be shown: first six and last four digits (PCI DSS 4.0, requirement 3.4.1). */

/** `4000000000000002` → `400000******0002`; short ones show less. */
export { masked as maskPan } from '@pinfold/iso8583';

/** What a masked number looks like, for schemas: never enough digits to be a card number. */
export const MASKED_PAN = /^(?:\d{6}\*{3,9}\d{4}|\*{4,8}\d{4}|\*{1,7})$/;
