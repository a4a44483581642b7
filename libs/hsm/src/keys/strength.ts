/**
 * Strength of a key in bits, so that a wrapping key can be compared with what it wraps.
 * NIST SP 800-57 part 1, table 2 (PCI PIN annex C counts double-length triple DES as 80 bits of
 * effective strength; so does this table). RSA moduli (R) of 4096 bits by FIPS 140-2 IG 7.5.
 */
export function strengthBits(key: { algorithm: string; lengthBytes: number }): number {
  switch (`${key.algorithm}${key.lengthBytes}`) {
    case 'D8':
      return 40;
    case 'T16':
      return 80;
    case 'T24':
      return 112;
    case 'A16':
      return 128;
    case 'A24':
      return 192;
    case 'A32':
      return 256;
    case 'R256':
      return 112;
    case 'R384':
      return 128;
    case 'R512':
      return 152;
    default:
      return key.algorithm === 'H' ? Math.min(256, 8 * key.lengthBytes) : 0;
  }
}
