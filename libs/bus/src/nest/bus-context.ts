/** What a handler can ask for with `@Ctx()`: the topics of its subscription and its group. */
import { BaseRpcContext } from '@nestjs/microservices';

export class BusContext extends BaseRpcContext<[topics: readonly string[], group: string]> {
  get topics(): readonly string[] {
    return this.getArgByIndex(0);
  }

  get group(): string {
    return this.getArgByIndex(1);
  }
}
