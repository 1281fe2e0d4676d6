import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { Allow } from 'class-validator';

/** A DTO field that is free-form JSON: taken as it was parsed, never copied into class instances. */
export function FreeForm(): PropertyDecorator {
  return applyDecorators(
    Allow(),
    Transform(({ obj, key }: { obj: Record<string, unknown>; key: string }) => obj[key], {
      toClassOnly: true,
    }),
  );
}
