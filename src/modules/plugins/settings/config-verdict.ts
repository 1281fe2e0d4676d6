import type { FieldProblem } from '../../../platform/http/errors.js';

/** What a check of a config found. Messages never repeat a value of the config. */
export interface ConfigVerdict {
  /** Required settings that are not set: the plugin is not configured yet, and the config is kept. */
  readonly missing: readonly FieldProblem[];
  /** Values that are wrong: the change is refused. */
  readonly problems: readonly FieldProblem[];
}
