/** Rows of one round of a batch; more go in several. */
export const BATCH_ROWS = 512;
