import { isJsonObject, own } from './json.js';
import { entriesOf, flagOf, packageParameters, textOf } from './package-parameters.js';
import { MAX_PARAMETERS, type Parameter, type ParameterSet } from './parameter.js';
import { schemaParameters } from './schema-parameters.js';

/**
 * Reads an `elizaos.plugin.json`: its `configSchema`, the labels and flags of its `uiHints`, and the names in
 * `requiredSecrets` and `optionalSecrets`, which are secret whatever else is said of them.
 * @returns null where it lists nothing
 */
export function manifestParameters(manifest: unknown): ParameterSet | null {
  if (!isJsonObject(manifest)) return null;
  const described = schemaParameters(own(manifest, 'configSchema'));
  const byKey = new Map<string, Parameter>(
    described?.parameters.map((parameter) => [parameter.key, parameter]),
  );
  addSecrets(byKey, own(manifest, 'requiredSecrets'), true);
  addSecrets(byKey, own(manifest, 'optionalSecrets'), false);
  if (byKey.size === 0 && !described) return null;
  const hints = own(manifest, 'uiHints');
  const parameters = [...byKey.values()]
    .slice(0, MAX_PARAMETERS)
    .map((parameter) => hinted(parameter, hints));
  return {
    source: 'manifest',
    declared: true,
    acceptsUnknown: described?.acceptsUnknown ?? false,
    parameters,
    schema: described?.schema ?? null,
  };
}

function addSecrets(byKey: Map<string, Parameter>, list: unknown, required: boolean): void {
  for (const [key, entry] of entriesOf(list)) {
    const known =
      byKey.get(key) ?? packageParameters({ [key]: typeof entry === 'string' ? {} : entry })?.parameters[0];
    if (known) byKey.set(key, { ...known, sensitive: true, required: known.required || required });
  }
}

function hinted(parameter: Parameter, hints: unknown): Parameter {
  const hint = isJsonObject(hints) ? own(hints, parameter.key) : undefined;
  if (!isJsonObject(hint)) return parameter;
  const label = textOf(own(hint, 'label'));
  const help = textOf(own(hint, 'help')) || textOf(own(hint, 'description'));
  return {
    ...parameter,
    ...(label && { label }),
    description: parameter.description || help,
    // A hint may add secrecy; it cannot take away what the manifest says elsewhere.
    sensitive: parameter.sensitive || (flagOf(own(hint, 'sensitive')) ?? false),
  };
}
