import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { SecretBox } from '../../platform/secrets/secret-box.js';
import { type FieldProblem, Unprocessable } from '../../platform/http/errors.js';
import { type Actor, SYSTEM } from '../../platform/http/request.js';
import type { PluginEntity } from './plugin.entity.js';
import type { ConfigVerdict } from './settings/config-verdict.js';
import { refuseConfig } from './settings/config-guard.js';
import { ConfigSchemas } from './settings/config-schemas.js';
import { CANNOT_CLEAR, mergeConfig, mergePatchConfig } from './settings/config-merge.js';
import { childOf, type JsonObject, own } from './settings/json.js';
import { isUnset, type ParameterSet } from './settings/parameter.js';
import { checkParameters } from './settings/parameter-check.js';
import { readParameters } from './settings/parameters.js';
import { holdsSecret, keepingSecrets, rootPositions } from './settings/position.js';
import { effectiveConfig } from './settings/environment.js';
import { readValues } from './settings/setting-value.js';
import {
  isSealedSecret,
  type Locked,
  openReadable,
  rotateConfig,
  sealConfig,
} from './settings/sealed-config.js';
import {
  type CodeChange,
  missingWith,
  type Withheld,
  withholdFrom,
  withoutWithheld,
} from './settings/withheld.js';

/** A plugin's settings, opened: secrets are in the clear, so an instance never leaves the process. */
export interface Settings {
  set: ParameterSet;
  /** As stored; null when none were ever given. */
  config: JsonObject | null;
  /** Stored values that do not open, which `config` lacks; null where all do. */
  locked: Locked | null;
  /** Which keys of `config` the code is not given. */
  withheld: Withheld;
}

/** Settings that were compared with what the plugin asks for. */
export interface CheckedSettings extends Settings {
  /** What is missing before the plugin can work. */
  missing: readonly FieldProblem[];
  /** What is wrong with the schema that the plugin itself brings; its settings are checked without it then. */
  warnings: readonly FieldProblem[];
  /** The schema took too long, which may have been the fault of a busy machine. */
  isUnsure?: boolean;
}

export type MergeRule = 'by-key' | 'merge-patch';

/** How settings are merged, how the code changes that has them, and by whom. */
export interface SettingsChange extends CodeChange {
  readonly rule: MergeRule;
  readonly actor: Actor;
}

const CHECKED_WITHOUT = 'Settings are checked by the types that it lists alone.';

/** Opens, checks, changes and seals the settings of plugins. */
@Injectable()
export class PluginSettings {
  constructor(
    private readonly box: SecretBox,
    private readonly schemas: ConfigSchemas,
  ) {}

  /** Never fails for a secret that does not open: such a plugin can still be repaired. */
  read(row: PluginEntity): Settings {
    const { config, locked } =
      row.config === null ? { config: null, locked: null } : openReadable(this.box, row.id, row.config);
    const open = config ?? {};
    const wasSecret = (key: string): boolean => isSealedSecret(own(row.config ?? {}, key), own(open, key));
    const set = keepingSecrets(parametersOf(row, open), open, wasSecret);
    return { set, config, locked, withheld: row.withheld };
  }

  /**
   * The settings of a record, with what they lack. A plugin with a secret that does not open is not configured, and
   * checking by the schema that a package brings may take too long: that is the plugin's problem, not that of whoever
   * reads it.
   */
  async checked(row: PluginEntity): Promise<CheckedSettings> {
    const settings = this.read(row);
    const { set, config, locked, withheld } = settings;
    if (locked) {
      const keys = Object.keys(locked.values);
      return {
        ...settings,
        missing: keys.map((key) => ({ field: `config.${key}`, message: locked.cause.message })),
        warnings: [],
      };
    }
    try {
      const given = withoutWithheld(config ?? {}, withheld);
      const { missing, warnings } = await this.check(SYSTEM.actor, given, set);
      return { ...settings, missing: missingWith(withheld, missing, set), warnings };
    } catch (error) {
      if (!(error instanceof Unprocessable)) throw error;
      const missing = missingWith(withheld, [{ field: 'configSchema', message: error.message }], set);
      return { ...settings, missing, warnings: [], isUnsure: error.code === 'config_schema_too_slow' };
    }
  }

  /**
   * The settings after a change; what is stored stays as it is.
   * @param row with the declaration that the changed plugin has
   * @throws Unprocessable with every problem found; TooManyRequests where schemas of the actor took too long before
   */
  async change(
    row: PluginEntity,
    stored: Settings | null,
    patch: JsonObject | undefined,
    { rule, actor, ...code }: SettingsChange,
  ): Promise<CheckedSettings> {
    const sent = patch ?? {};
    const open = stored?.config ?? {};
    const wasSecret = secretKeys(stored);
    const before = keepingSecrets(parametersOf(row, open), open, wasSecret);
    const merge = rule === 'by-key' ? mergeConfig : mergePatchConfig;
    const merged = patch === undefined ? open : merge(open, patch, before).config;
    const stays = (key: string): boolean => isDeepStrictEqual(own(open, key), own(merged, key));
    const set = keepingSecrets(parametersOf(row, merged), merged, (key) => stays(key) && wasSecret(key));
    const withheld = withholdFrom(code, stored, sent, merged);
    const whole = await this.check(actor, merged, set);
    const isWhole = Object.keys(withheld).length === 0;
    const given = isWhole ? whole : await this.check(actor, withoutWithheld(merged, withheld), set);
    const problems = [...whole.problems, ...cleared(whole.missing, open)];
    const missing = missingWith(withheld, given.missing, set);
    const config = patch === undefined && stored?.config == null ? null : merged;
    // Settings that a newer version of the plugin finds wrong must not keep it from being switched off, nor from being
    // written back as they were read.
    if (problems.length > 0 && (row.enabled || !isDeepStrictEqual(open, merged))) refuseConfig(problems);
    const locked = stillLocked(stored?.locked ?? null, sent);
    return { set, config, missing, locked, withheld, warnings: whole.warnings };
  }

  /**
   * A JSON Schema of settings as it is kept.
   * @param given an object, or JSON text of one
   * @throws Unprocessable `config_schema_invalid`; TooManyRequests as `change`
   */
  schemaOf(actor: Actor, given: unknown): Promise<JsonObject> {
    return this.schemas.compile(actor, given);
  }

  /** The settings sealed anew where an older key sealed them; null where there is nothing to do. */
  rotate(row: PluginEntity): JsonObject | null {
    return row.config === null ? null : rotateConfig(this.box, row.id, row.config);
  }

  /** Settings as they are stored. */
  seal(id: string, { config, set, locked }: Settings): Record<string, unknown> | null {
    return config === null ? null : { ...locked?.values, ...sealConfig(this.box, id, config, set) };
  }

  /** Checks by the schema; where that is no good, by the parameters that it lists. */
  private async check(
    actor: Actor,
    config: JsonObject,
    set: ParameterSet,
  ): Promise<ConfigVerdict & Pick<CheckedSettings, 'warnings'>> {
    const effective = effectiveConfig(config, set);
    const warnings: FieldProblem[] = [];
    try {
      if (set.schema)
        return { ...(await this.schemas.check(actor, set.schema, readValues(effective, set))), warnings };
    } catch (error) {
      // One that comes with a request is refused by `schemaOf`, so this is the package's own.
      if (!(error instanceof Unprocessable) || error.code !== 'config_schema_invalid') throw error;
      warnings.push({ field: 'configSchema', message: `${error.message} ${CHECKED_WITHOUT}` });
    }
    return { ...checkParameters(effective, set), warnings };
  }
}

/** The required settings that a change takes away, at any depth. */
function cleared(missing: readonly FieldProblem[], before: JsonObject): FieldProblem[] {
  const valueAt = (field: string): unknown =>
    field
      .split('.')
      .slice(1)
      .reduce<unknown>((value, key) => childOf(value, key), before);
  return missing
    .filter(({ field }) => field.startsWith('config.') && !isUnset(valueAt(field)))
    .map(({ field }) => ({ field, message: CANNOT_CLEAR }));
}

/** Which keys hold secrets by what their settings say. */
function secretKeys(stored: Settings | null): (key: string) => boolean {
  const { config, set } = stored ?? {};
  if (!config || !set) return () => false;
  const positionOf = rootPositions(set);
  return (key) => holdsSecret(own(config, key), positionOf(config, key));
}

/** What is set anew, or cleared, needs its old value no more. */
function stillLocked(locked: Locked | null, patch: JsonObject): Locked | null {
  const rest = Object.entries(locked?.values ?? {}).filter(([key]) => !Object.hasOwn(patch, key));
  return locked && rest.length > 0 ? { values: Object.fromEntries(rest), cause: locked.cause } : null;
}

function parametersOf({ configSchema, declaration }: PluginEntity, config: JsonObject): ParameterSet {
  return readParameters({ ...declaration, ...(configSchema !== null && { configSchema }), config });
}
