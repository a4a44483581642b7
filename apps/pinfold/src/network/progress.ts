/** How far a step of provisioning is: for a line that replaces itself. */
export type Progress = (done: { step: string; count: number; of: number }) => void;
