import { quoteInexactNumbers } from '../../../platform/exact-numbers.js';
import { Unprocessable } from '../../../platform/http/errors.js';

const MAX_BYTES = 64 * 1024;

/**
 * A plugin's JSON Schema as JSON text. Of JSON text, numbers that would not keep their digits are put in quotes.
 * @param schema an object, or JSON text of one
 * @throws Unprocessable `config_schema_invalid` where it is no JSON, or larger than 64 KiB
 */
export function schemaText(schema: unknown): string {
  const text = typeof schema === 'string' ? quoteInexactNumbers(schema) : written(schema);
  if (Buffer.byteLength(text) > MAX_BYTES) throw invalidSchema(`is larger than ${MAX_BYTES} bytes (64 KiB)`);
  if (typeof schema !== 'string') return text;
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    throw invalidSchema('must be JSON text of a JSON Schema; this is no JSON', error);
  }
}

export function invalidSchema(problem: string, cause?: unknown): Unprocessable {
  return new Unprocessable('config_schema_invalid', `configSchema ${problem}.`, 'configSchema', [], {
    cause,
  });
}

function written(schema: unknown): string {
  try {
    return schema === undefined ? 'null' : JSON.stringify(schema);
  } catch (error) {
    throw invalidSchema('must be JSON, not nested without end', error);
  }
}
