/**
 * Flags for Node processes of ours, as far as this release has them. SIGUSR1 opens a process's inspector, and with it
 * hands the process to anybody who reaches its port.
 */
export const NO_INSPECTOR: readonly string[] = process.allowedNodeEnvironmentFlags.has('--disable-sigusr1')
  ? ['--disable-sigusr1']
  : [];

/** Has SIGUSR1 do nothing in this process, on every release: a listener takes the place of Node's own. */
export function ignoreInspectorSignal(): void {
  process.on('SIGUSR1', () => undefined);
}
