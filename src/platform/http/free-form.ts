import type { SchemaObject } from '@nestjs/swagger';
import { Allow } from 'class-validator';

/** Schema of a value that may be any JSON. */
export const ANY_JSON: { oneOf: SchemaObject[] } = {
  oneOf: [
    { type: 'string' },
    { type: 'number' },
    { type: 'boolean' },
    { type: 'object', additionalProperties: true },
    { type: 'array', items: {} },
    { type: 'null' },
  ],
};

/** A DTO field that is free-form JSON: taken as it was parsed. */
export function FreeForm(): PropertyDecorator {
  return Allow();
}
