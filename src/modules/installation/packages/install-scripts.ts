/** A script that a package wants to run when it is installed; it was not run. */
export interface SkippedScript {
  readonly package: string;
  readonly script: string;
  readonly command: string;
}

const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall'];

/**
 * What npm would run of a package when it is installed.
 * @param own `name@version`
 * @param gyp whether it has a `binding.gyp`, which npm builds when no other script does
 */
export function skippedScripts(
  own: string,
  manifest: { readonly scripts?: unknown },
  gyp: boolean,
): SkippedScript[] {
  const scripts = (manifest.scripts ?? {}) as Record<string, unknown>;
  const found = INSTALL_SCRIPTS.flatMap((script) => {
    const command = scripts[script];
    return typeof command === 'string' ? [{ package: own, script, command: command.slice(0, 500) }] : [];
  });
  if (gyp && !found.some(({ script }) => script !== 'postinstall'))
    found.push({ package: own, script: 'install', command: 'node-gyp rebuild' });
  return found;
}
