/**
 * `@OnChunk('switch.answers')`: the method gets what has arrived on the topic as one chunk.
 *
 * It is Nest's `@EventPattern` with a filter that hands an error on as it is. Nest's own filter would
 * turn it into "Internal server error", and the bus could no longer tell an outage from a poisoned
 * record.
 */
import {
  type ArgumentsHost,
  applyDecorators,
  Catch,
  type ExceptionFilter,
  UseFilters,
} from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { type Observable, throwError } from 'rxjs';

@Catch()
export class HandOnErrors implements ExceptionFilter {
  catch(exception: unknown, _host: ArgumentsHost): Observable<never> {
    return throwError(() => exception);
  }
}

/** `pattern`: a topic, or a name that the server's `topicsOf` turns into topics. */
export function OnChunk(pattern: string): MethodDecorator {
  return applyDecorators(EventPattern<string>(pattern), UseFilters(HandOnErrors));
}
