import { type JsonObject, isJsonObject } from './json.js';
import { manifestParameters } from './manifest-parameters.js';
import { packageParameters } from './package-parameters.js';
import {
  FORBIDDEN_KEYS,
  MAX_PARAMETERS,
  type Parameter,
  type ParameterSet,
  type ParameterType,
} from './parameter.js';
import { schemaParameters } from './schema-parameters.js';
import { isSensitiveKey } from './sensitive-key.js';

/** Where a plugin may describe its settings; each part comes from outside and may be anything at all. */
export interface ParameterSources {
  /** A JSON Schema, as an object or as JSON text. */
  readonly configSchema?: unknown;
  /** `agentConfig.pluginParameters` of its package.json. */
  readonly pluginParameters?: unknown;
  /** Its parsed `elizaos.plugin.json`. */
  readonly elizaPlugin?: unknown;
  /** What is stored: the last source, and the only one that is not the plugin's own word. */
  readonly config: JsonObject;
}

/**
 * The parameters of a plugin from the first source that lists any: a JSON Schema, the package's parameters,
 * an `elizaos.plugin.json`, else the bare keys of its config. Wrong types, dangerous names and surplus
 * entries are passed over, never thrown at: a bad description must not take the list of plugins down.
 */
export function readParameters(sources: ParameterSources): ParameterSet {
  return (
    schemaParameters(sources.configSchema) ??
    packageParameters(sources.pluginParameters) ??
    manifestParameters(sources.elizaPlugin) ??
    bareParameters(sources.config)
  );
}

function bareParameters(config: unknown): ParameterSet {
  const entries = isJsonObject(config) ? Object.entries(config) : [];
  const parameters = entries
    .filter(([key]) => key !== '' && !FORBIDDEN_KEYS.has(key))
    .slice(0, MAX_PARAMETERS)
    .map(([key, value]): Parameter => {
      const type = typeOfValue(value);
      return {
        key,
        type,
        description: '',
        required: false,
        sensitive: type !== 'boolean' && isSensitiveKey(key),
      };
    });
  return { source: 'config', declared: false, acceptsUnknown: true, parameters, schema: null };
}

function typeOfValue(value: unknown): ParameterType {
  if (Array.isArray(value)) return 'array';
  if (isJsonObject(value)) return 'object';
  if (typeof value === 'number') return 'number';
  return typeof value === 'boolean' ? 'boolean' : 'string';
}
