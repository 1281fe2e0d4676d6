import { Unavailable } from '../../../platform/http/errors.js';
import type { SecretBox } from '../../../platform/secrets/secret-box.js';
import { type JsonObject, isJsonObject, mapObject, own } from './json.js';
import type { ParameterSet } from './parameter.js';
import { holdsSecret, rootPositions } from './position.js';

const SEALED = '$sealed';

/**
 * The config as it goes into the database: each top-level value that is or contains a secret becomes
 * `{"$sealed": "<envelope>"}`, bound to this plugin and key; the others stay readable. A value of the user's
 * that has a `$sealed` key itself is sealed always, so that what is read back is never taken for an envelope.
 */
export function sealConfig(
  box: SecretBox,
  pluginId: string,
  config: JsonObject,
  set: ParameterSet,
): JsonObject {
  const positionOf = rootPositions(set);
  return mapObject(config, (value, key) => {
    const readable = !looksSealed(value) && !holdsSecret(value, positionOf(config, key));
    return readable ? value : { [SEALED]: box.seal(value, contextOf(pluginId, key)) };
  });
}

/**
 * The config with its secrets in the clear.
 * @throws Unavailable when an envelope does not open (see `SecretBox.open`)
 */
export function openConfig(box: SecretBox, pluginId: string, stored: JsonObject): JsonObject {
  return mapObject(stored, (value, key) => {
    const envelope = envelopeOf(value);
    return envelope === undefined ? value : box.open(envelope, contextOf(pluginId, key));
  });
}

/** Whether a value of a stored config is sealed for being a secret, and not for looking sealed. */
export function isSealedSecret(stored: unknown, opened: unknown): boolean {
  return envelopeOf(stored) !== undefined && !looksSealed(opened);
}

/** Top-level values as they are stored that do not open now, and why. They are kept as they are. */
export interface Locked {
  readonly values: JsonObject;
  readonly cause: Unavailable;
}

/** As `openConfig`, but what does not open is set aside: one lost key must not take everything else along. */
export function openReadable(
  box: SecretBox,
  pluginId: string,
  stored: JsonObject,
): { config: JsonObject; locked: Locked | null } {
  const [config, values]: [JsonObject, JsonObject] = [{}, {}];
  let cause: Unavailable | null = null;
  for (const [key, value] of Object.entries(stored)) {
    try {
      Object.assign(config, openConfig(box, pluginId, { [key]: value }));
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      cause ??= error;
      values[key] = value;
    }
  }
  return { config, locked: cause && { values, cause } };
}

/**
 * The stored config with every envelope of an older key sealed again with the first one.
 * @returns null when there is nothing to do
 * @throws Unavailable when an envelope does not open
 */
export function rotateConfig(box: SecretBox, pluginId: string, stored: JsonObject): JsonObject | null {
  let rotated = 0;
  const config = mapObject(stored, (value, key) => {
    const envelope = envelopeOf(value);
    if (envelope === undefined || !box.needsRotation(envelope)) return value;
    rotated += 1;
    const context = contextOf(pluginId, key);
    return { [SEALED]: box.seal(box.open(envelope, context), context) };
  });
  return rotated > 0 ? config : null;
}

/** `plugin/<id>/<key>`, with the slashes of both escaped so that no two places share one text. */
function contextOf(pluginId: string, key: string): string {
  const escape = (text: string): string => text.replace(/[%/]/g, encodeURIComponent);
  return `plugin/${escape(pluginId)}/${escape(key)}`;
}

function looksSealed(value: unknown): boolean {
  return isJsonObject(value) && Object.hasOwn(value, SEALED);
}

function envelopeOf(value: unknown): string | undefined {
  if (!isJsonObject(value)) return undefined;
  const envelope = own(value, SEALED);
  return typeof envelope === 'string' && Object.keys(value).length === 1 ? envelope : undefined;
}
