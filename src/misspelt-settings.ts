import { SETTINGS, variableNames } from './config.js';
import { nearestName } from './platform/edit-distance.js';

/**
 * Finds variables of the environment that are no setting and lie within two typing mistakes of one: a setting that is
 * misspelt would have its default without a word.
 * @param given names of the variables that are set
 * @returns a sentence for each
 */
export function misspeltSettings(given: readonly string[] = variableNames()): string[] {
  const names = Object.keys(SETTINGS);
  return given.flatMap((name) => {
    // The first letter is seldom wrong, and other programs' POD_NAME is not our NODE_NAME.
    const initial = name.charAt(0).toUpperCase();
    const nearest = nearestName(
      name,
      names.filter((other) => other.startsWith(initial)),
    );
    // One that is set by its right name as well is somebody else's variable.
    if (nearest === null || given.includes(nearest)) return [];
    return [`The environment has ${name}, which is no setting: did you mean ${nearest}?`];
  });
}
