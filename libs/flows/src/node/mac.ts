/**
 * The MAC of a message: last field (64 or 128), 8 bytes, over everything packed before it. The
 * position of the MAC is the end of the message, so input and MAC are slices of the same bytes.
 */

export const MAC_BYTES = 8;

/** Message bytes that the MAC covers. */
export function macedPart(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, bytes.length - MAC_BYTES);
}

export function macOf(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(bytes.length - MAC_BYTES);
}

/** Writes the MAC into a message that was packed with a placeholder of 8 bytes. */
export function placeMac(bytes: Uint8Array, mac: Uint8Array): void {
  bytes.set(mac, bytes.length - MAC_BYTES);
}

/** Placeholder for the MAC field while packing. */
export const NO_MAC = new Uint8Array(MAC_BYTES);
