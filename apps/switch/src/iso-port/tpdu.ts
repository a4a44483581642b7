/** TPDU, the header of 5 bytes that terminals on NAC lines have: id (1), destination (2), origin (2). */

/** As an answer has it: the two addresses exchanged. A shorter header stays as it is. */
export function exchanged(header: Uint8Array): Uint8Array {
  if (header.length < 5) return header;
  const answer = Uint8Array.from(header);
  answer.set(header.subarray(3, 5), 1);
  answer.set(header.subarray(1, 3), 3);
  return answer;
}
