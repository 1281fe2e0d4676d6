import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiQuery } from '@nestjs/swagger';
import type { Request } from 'express';
import { ApiFailures } from '../http/api-failures.js';
import { BadRequest } from '../http/errors.js';

/** Documents how a client resumes a stream, and how it asks for the past alone. */
export function ApiResume(): MethodDecorator {
  return applyDecorators(
    ApiHeader({
      name: 'Last-Event-ID',
      required: false,
      description: 'Id of the last event seen.',
      schema: { type: 'string', pattern: '^\\d{1,18}$' },
    }),
    ApiQuery({
      name: 'lastEventId',
      required: false,
      description: 'The same, for clients that cannot set headers.',
      schema: { type: 'string', pattern: '^\\d{1,18}$', example: '0' },
    }),
    ApiQuery({
      name: 'once',
      required: false,
      description: 'End the stream once it has caught up.',
      schema: { type: 'boolean', default: false, example: true },
    }),
    ApiFailures('parameter_invalid', 'too_many_streams'),
  );
}

/**
 * Id of the last event that a client has seen, by header or query; null when it says nothing.
 * @throws BadRequest `parameter_invalid`
 */
export function lastEventId(request: Request): number | null {
  const given: unknown = request.get('last-event-id') ?? request.query['lastEventId'] ?? null;
  if (given === null) return null;
  if (typeof given === 'string' && /^\d{1,18}$/.test(given)) return Number(given);
  throw new BadRequest(
    'parameter_invalid',
    'Last-Event-ID must be the id of an event, such as 42.',
    'Last-Event-ID',
  );
}

/** Whether the client wants what has happened alone, not what comes. */
export function wantsPastOnly({ method, query }: Request): boolean {
  return query['once'] === 'true' || method === 'HEAD';
}
