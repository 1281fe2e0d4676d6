import { Injectable } from '@nestjs/common';
import { SecretBox } from '../../platform/secrets/secret-box.js';
import { type FieldProblem, Unprocessable } from '../../platform/http/errors.js';
import type { PluginEntity } from './plugin.entity.js';
import { compileConfigSchema } from './settings/config-schema.js';
import type { ConfigVerdict } from './settings/config-verdict.js';
import { refuseConfig } from './settings/config-guard.js';
import { mergeConfig, mergePatchConfig } from './settings/config-merge.js';
import type { JsonObject } from './settings/json.js';
import type { ParameterSet } from './settings/parameter.js';
import { checkParameters } from './settings/parameter-check.js';
import { readParameters } from './settings/parameters.js';
import { effectiveConfig } from './settings/environment.js';
import { openConfig, rotateConfig, sealConfig } from './settings/sealed-config.js';

/** A plugin's settings, opened: secrets are in the clear, so an instance never leaves the process. */
export interface Settings {
  set: ParameterSet;
  /** As stored; null when none were ever given. */
  config: JsonObject | null;
  /** What is missing before the plugin can work. */
  missing: readonly FieldProblem[];
}

export type MergeRule = 'by-key' | 'merge-patch';

/** Opens, checks, changes and seals the settings of plugins. */
@Injectable()
export class PluginSettings {
  constructor(private readonly box: SecretBox) {}

  read(row: PluginEntity): Settings {
    const config = row.config === null ? null : openConfig(this.box, row.id, row.config);
    const set = parametersOf(row, config ?? {});
    return { set, config, missing: missingFrom(config ?? {}, set) };
  }

  /**
   * The settings after a change; what is stored stays as it is.
   * @param row with the declaration that the changed plugin has
   * @throws Unprocessable with every problem found
   */
  change(
    row: PluginEntity,
    stored: JsonObject | null,
    patch: JsonObject | undefined,
    rule: MergeRule,
  ): Settings {
    const before = parametersOf(row, stored ?? {});
    const merge = rule === 'by-key' ? mergeConfig : mergePatchConfig;
    const config = patch === undefined ? stored : merge(stored ?? {}, patch, before).config;
    const set = parametersOf(row, config ?? {});
    const { missing, problems } = check(config ?? {}, set);
    // Settings that a newer version of the plugin finds wrong must not keep it from being switched off.
    if (problems.length > 0 && (row.enabled || patch !== undefined)) refuseConfig(problems);
    return { set, config, missing };
  }

  /** The settings sealed anew where an older key sealed them; null where there is nothing to do. */
  rotate(row: PluginEntity): JsonObject | null {
    return row.config === null ? null : rotateConfig(this.box, row.id, row.config);
  }

  /** Settings as they are stored. */
  seal(id: string, { config, set }: Settings): Record<string, unknown> | null {
    return config === null ? null : sealConfig(this.box, id, config, set);
  }
}

function parametersOf({ configSchema, declaration }: PluginEntity, config: JsonObject): ParameterSet {
  return readParameters({ ...declaration, ...(configSchema !== null && { configSchema }), config });
}

function check(config: JsonObject, set: ParameterSet): ConfigVerdict {
  const effective = effectiveConfig(config, set);
  return set.schema ? compileConfigSchema(set.schema).check(effective) : checkParameters(effective, set);
}

/** A schema that a package brings may be no good: that is the plugin's problem, not that of whoever reads it. */
function missingFrom(config: JsonObject, set: ParameterSet): readonly FieldProblem[] {
  try {
    return check(config, set).missing;
  } catch (error) {
    if (error instanceof Unprocessable) return [{ field: 'configSchema', message: error.message }];
    throw error;
  }
}
