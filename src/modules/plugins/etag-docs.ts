import { ApiHeader } from '@nestjs/swagger';

/** Documents a change that can be made to depend on what was read. */
export function ApiIfMatch(): MethodDecorator {
  return ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'ETag of the plugin as it was read; 412 when it was changed since.',
    schema: { type: 'string' },
  });
}
