import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { StartFailure } from './embedded-postgres.errors.js';
import { type LaunchPlan, Postmaster } from './postmaster.js';
import { isPostmasterOf, pidFile, readPostmasterFile } from './postmaster-pid.js';

const POLL_MS = 20;
const RETRY_MS = 100;
/** Children of a killed postmaster notice within about a second; a loaded machine gets more. */
const PATIENCE_MS = 10_000;

/**
 * Takes over the postmaster that a killed server left running on `directory`. One that is starting is waited
 * for, one that is shutting down is let go.
 * @returns it and its port; undefined when none is running
 */
export async function adoptSurvivor(
  directory: string,
): Promise<{ postmaster: Postmaster; port: number } | undefined> {
  for (;;) {
    const file = await readPostmasterFile(directory);
    if (!file || !(await isPostmasterOf(directory, file.pid))) return undefined;
    if (file.status === 'ready')
      return { postmaster: Postmaster.adopt(file.pid, directory), port: file.port };
    await delay(POLL_MS);
  }
}

/**
 * Starts a postmaster, again and again while remains of a killed one stand in its way.
 * @param started hears of each process before it answers
 * @throws StartFailure when it does not start
 */
export async function launchPatiently(
  plan: LaunchPlan,
  started: (postmaster: Postmaster) => void = () => undefined,
): Promise<Postmaster> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    await removeForeignPidFile(plan.directory);
    try {
      return await Postmaster.launch(plan, started);
    } catch (error) {
      if (!(error instanceof StartFailure && error.passes) || Date.now() > deadline) throw error;
      await delay(RETRY_MS);
    }
  }
}

/**
 * Postgres refuses to start when the process id in a left-over postmaster.pid is in use, by whatever program: in
 * a container that is the rule after a kill. Its check of shared memory still guards a living one.
 */
async function removeForeignPidFile(directory: string): Promise<void> {
  const file = await readPostmasterFile(directory);
  if (file && !(await isPostmasterOf(directory, file.pid))) await rm(pidFile(directory), { force: true });
}
