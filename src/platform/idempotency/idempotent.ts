import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { ApiFailures } from '../http/api-failures.js';
import { UNREADABLE_BODY } from '../http/error-codes.js';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';

/** A POST that honours `Idempotency-Key`. */
export function Idempotent(): MethodDecorator {
  return applyDecorators(
    UseInterceptors(IdempotencyInterceptor),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'The same key gives the first answer again for 24 hours instead of doing it twice. Where the server died before it kept the answer, what was done is not done again (409), and what was not is done then.',
      schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
    }),
    ApiFailures(
      ...UNREADABLE_BODY,
      'parameter_invalid',
      'idempotency_key_reused',
      'idempotency_in_progress',
      'idempotency_answer_lost',
      'secrets_key_missing',
      'secret_unreadable',
    ),
  );
}
