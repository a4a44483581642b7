/**
 * How the embedded server is set up: durable always, sized for a machine of two cores that it shares
 * with the program. PostgreSQL 18 documentation, chapter 19.
 */

/** Name of the server's own superuser and of its database. */
export const SERVER_USER = 'pinfold';
export const SERVER_DATABASE = 'pinfold';

/** `initdb` options: same collation on every system (the server's own C.UTF-8), passwords only. */
export const INITDB_OPTIONS: readonly string[] = [
  `--username=${SERVER_USER}`,
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--locale=C',
  '--no-instructions',
];

/** Settings given at each start, so that a newer program also changes an older cluster. */
export const SERVER_SETTINGS: Readonly<Record<string, string>> = {
  // Nothing that was acknowledged may be lost, whatever dies.
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  // Reach: this machine only, password only.
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
  max_connections: '60',
  // Memory and write-ahead log.
  shared_buffers: '128MB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  max_wal_size: '2GB',
  min_wal_size: '256MB',
  wal_buffers: '16MB',
  checkpoint_timeout: '10min',
  max_wal_senders: '2',
  // Statements are short and prepared: compiling them costs more than it gains.
  jit: 'off',
  max_worker_processes: '4',
  max_parallel_workers_per_gather: '0',
  autovacuum_max_workers: '2',
  autovacuum_naptime: '15s',
  // The log tells of the server, never of statements or their values.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
  log_statement: 'none',
  cluster_name: 'pinfold',
};

/** For tests alone, which throw the cluster away. */
export const THROWAWAY_SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  max_connections: '200',
};

/** `-c name=value` for the server's command line. */
export function settingArguments(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
