import { type JsonObject, isJsonObject, mapObject, own } from './json.js';
import { maskValue } from './mask.js';
import { type Parameter, type ParameterSet, isUnset } from './parameter.js';
import { type Position, childPosition, isSecret, rootPositions } from './position.js';

/** A parameter as clients see it. `currentValue` is masked where it is secret, null where nothing is set. */
export interface PresentedParameter extends Omit<Parameter, 'secretPaths'> {
  readonly isSet: boolean;
  readonly currentValue: unknown;
}

/** The config with every secret masked, at any depth; the input is left alone. */
export function presentConfig(config: JsonObject, set: ParameterSet): JsonObject {
  const positionOf = rootPositions(set);
  return mapObject(config, (value, key) => presentValue(value, positionOf(config, key)));
}

/** The parameters with their present values; `config` is what is stored, without defaults. */
export function presentParameters(config: JsonObject, set: ParameterSet): PresentedParameter[] {
  const positionOf = rootPositions(set);
  return set.parameters.map((parameter) => {
    const { secretPaths: _secretPaths, ...shown } = parameter;
    const value = own(config, parameter.key);
    const position = positionOf(config, parameter.key);
    const isSet = !isUnset(value);
    return {
      ...shown,
      ...(set.kept?.has(parameter.key) && { sensitive: true }),
      ...('default' in shown && { default: presentValue(shown.default, position) }),
      isSet,
      currentValue: isSet ? presentValue(value, position) : null,
    };
  });
}

/** Every key that can be or is set: those of the parameters first, then the others, each once. */
export function configKeys(config: JsonObject, set: ParameterSet): string[] {
  return [...new Set([...set.parameters.map(({ key }) => key), ...Object.keys(config)])];
}

/**
 * Finds the environment variable that a plugin is mainly set up with, as consoles show it: its first secret that is
 * required, else its first secret; null where none is named like a variable.
 */
export function mainEnvironmentKey(parameters: readonly PresentedParameter[]): string | null {
  const secrets = parameters.filter(({ key, sensitive }) => sensitive && /^[A-Z][A-Z0-9_]*$/.test(key));
  return (secrets.find(({ required }) => required) ?? secrets[0])?.key ?? null;
}

/** One value with its secrets masked; null stays null, for it hides nothing. */
export function presentValue(value: unknown, position: Position): unknown {
  if (Array.isArray(value))
    return value.map((item, index) => presentValue(item, childPosition(position, value, String(index))));
  if (isJsonObject(value))
    return mapObject(value, (child, key) => presentValue(child, childPosition(position, value, key)));
  return isSecret(value, position) ? maskValue(value) : value;
}
