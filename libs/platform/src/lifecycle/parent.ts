/** What a program tells the process that started it and watches over it (`npm run cluster`). */
import { z } from 'zod';

export const listeningSchema = z.object({ http: z.int().min(1).max(65_535) });

/** Where it serves HTTP now: any free port, another one after each start. */
export type Listening = z.infer<typeof listeningSchema>;

/** Nothing happens where nobody watches. A parent that is gone is noticed elsewhere (`runApp`). */
export function tellParent(listening: Listening): void {
  if (process.connected === true) process.send?.(listening, undefined, undefined, () => undefined);
}
