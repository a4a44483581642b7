/** Nest client over the bus: `emit(topic, records)`. There is no request-reply: answers have topics. */

import { ClientProxy, type ReadPacket } from '@nestjs/microservices';
import type { BusRecord } from '@pinfold/messages';
import type { Bus } from '../bus.js';

export class BusClient extends ClientProxy {
  readonly #bus: Bus;

  constructor(bus: Bus) {
    super();
    this.#bus = bus;
  }

  /** The bus is connected by whoever made it. */
  async connect(): Promise<void> {}

  close(): void {}

  unwrap<T>(): T {
    return this.#bus as T;
  }

  /** Records may go to any topics; the pattern names the one they are emitted for. */
  protected override async dispatchEvent<T>(packet: ReadPacket<readonly BusRecord[]>): Promise<T> {
    await this.#bus.send(packet.data);
    return undefined as T;
  }

  protected override publish(): never {
    throw new Error('the bus has no request-reply: send a record and subscribe to the answers');
  }
}
