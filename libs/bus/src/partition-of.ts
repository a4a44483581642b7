/** Which partition a key belongs to on the embedded bus: FNV-1a, 32 bits, with a final mix. */
export function partitionOf(key: string, partitions: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  }
  hash ^= hash >>> 15;
  return (hash >>> 0) % partitions;
}
