/** Java and Maven: which commands, whether they are there, and what to say when they are not. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

export const JAVA = process.env.KAFKA_JAVA ?? 'java';
export const MAVEN = process.env.KAFKA_MVN ?? 'mvn';
const OLDEST_JAVA = 17;

/** Major version of `java`, or undefined when it does not run. */
export function javaVersion() {
  const { status, stderr = '', stdout = '' } = spawnSync(JAVA, ['-version'], { encoding: 'utf8' });
  const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(stderr + stdout) ?? [];
  if (status !== 0 || first === undefined) return undefined;
  return Number(first === '1' ? second : first);
}

export function hasMaven() {
  return spawnSync(MAVEN, ['-v'], { stdio: 'ignore' }).status === 0;
}

/** What keeps a broker from being started here, in words for a person; undefined when nothing does. */
export function whatIsMissing({ libs }) {
  const java = javaVersion();
  if (java === undefined)
    return `Java ${OLDEST_JAVA} or newer is missing ('${JAVA}' does not run); on Debian: apt-get install openjdk-17-jre-headless`;
  if (java < OLDEST_JAVA)
    return `Java ${OLDEST_JAVA} or newer is needed, '${JAVA}' is Java ${java}`;
  if (!existsSync(libs) && !hasMaven())
    return `Maven is missing ('${MAVEN}' does not run) and Kafka was not fetched before; on Debian: apt-get install maven`;
  return undefined;
}
