/** Time and numbers as the terminal's messages carry them. Terminals run on UTC. */

let lastSecond = Number.NaN;
let lastText = '';

/** YYYYDDDMMDDhhmmss of a moment; one Date per second. */
function textOf(nowMs: number): string {
  const second = Math.floor(nowMs / 1000);
  if (second !== lastSecond) {
    const iso = new Date(second * 1000).toISOString();
    const yearStart = Date.UTC(Number(iso.slice(0, 4)), 0, 1);
    const day = Math.floor((second * 1000 - yearStart) / 86_400_000) + 1;
    lastText = iso.slice(0, 4) + String(day).padStart(3, '0') + iso.slice(5, 19).replace(/\D/g, '');
    lastSecond = second;
  }
  return lastText;
}

/** DE 7: MMDDhhmmss. */
export function transmissionTime(nowMs: number): string {
  return textOf(nowMs).slice(7);
}

/** DE 37: last digit of the year, day of the year, hour, STAN. */
export function retrievalReference(nowMs: number, stan: string): string {
  const text = textOf(nowMs);
  return text.slice(3, 7) + text.slice(11, 13) + stan;
}

export const LAST_STAN = 999_999;

/** DE 11 counts 000001 to 999999 and starts again. */
export function nextStan(last: number): number {
  return (last % LAST_STAN) + 1;
}

export function stanText(stan: number): string {
  return String(stan).padStart(6, '0');
}

/** DE 4, twelve digits of minor units. */
export function amountText(amountMinor: bigint): string {
  return String(amountMinor).padStart(12, '0');
}
