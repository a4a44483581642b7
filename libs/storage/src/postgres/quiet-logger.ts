/**
 * TypeORM writes failures to the console, statement and values included. Here they are thrown, and
 * whoever catches them decides what is said.
 */
import { AbstractLogger } from 'typeorm';

export class QuietLogger extends AbstractLogger {
  protected writeLog(): void {}
}
