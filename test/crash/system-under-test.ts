/** What the harness needs of a system: to start it, to reach it, and the processes to kill. */

export interface Address {
  readonly http: number;
  readonly token: string;
}

export interface SystemUnderTest {
  readonly dataDir: string;
  /** Names of what can be killed. */
  readonly targets: readonly string[];
  /** The main process; begins its start and does not wait. */
  launch(): void;
  /** Undefined until it is ready, and when it has ended. */
  address(): Address | undefined;
  /** False: the main process has to be launched again. */
  readonly isAlive: boolean;
  /** SIGKILL; false when that process is not there at this moment. */
  kill(target: string): Promise<boolean>;
  databaseUrl(): string | undefined;
  /** Ctrl-C; the exit code. */
  stop(): Promise<number | null>;
  /** Whatever is left goes. */
  remove(): Promise<void>;
  /** The end of what the main process printed. */
  readonly printed: string;
}
