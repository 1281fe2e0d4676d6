import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiResponse } from '@nestjs/swagger';
import { header } from '../../platform/http/api-failures.js';

/** Documents a read whose answer has an ETag. */
export function ApiTagged(): MethodDecorator {
  return applyDecorators(
    ApiHeader({
      name: 'If-None-Match',
      required: false,
      description: 'ETag of an earlier answer; 304 when nothing has changed since.',
      schema: { type: 'string' },
    }),
    ApiResponse({
      status: 304,
      description: 'Nothing has changed since the answer that `If-None-Match` names.',
      headers: { ETag: header('ETag') },
    }),
  );
}

/** Documents a change that can be made to depend on what was read. */
export function ApiIfMatch(): MethodDecorator {
  return ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'ETag of the plugin as it was read; 412 when it was changed since.',
    schema: { type: 'string' },
  });
}
