import type { RegExpEngine } from 'ajv/dist/types/index.js';
import { RE2JS } from 're2js';

/** Told apart from Ajv's own errors, to name the pattern that is at fault. */
export class PatternError extends Error {}

/**
 * Regular expressions for Ajv that take time linear in their input, whatever a schema's author wrote.
 * Look-around and back-references cannot be had that way.
 * @throws PatternError naming the pattern that cannot be expressed
 */
export const linearPatterns: RegExpEngine = Object.assign(
  (pattern: string): { test: (text: string) => boolean; toString: () => string } => {
    const compiled = compile(pattern);
    // Ajv takes two that read alike for one.
    return { test: (text) => compiled.test(text), toString: () => pattern };
  },
  { code: 'linearPatterns' },
);

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(RE2JS.translateRegExp(pattern));
  } catch (cause) {
    throw new PatternError(
      `the pattern ${JSON.stringify(pattern.slice(0, 200))} is not supported: use RE2 syntax, without look-around and back-references, and repeats up to 1000`,
      { cause },
    );
  }
}
