import { millisecondsSince } from './durations.js';
import { causeOf, LoadFailed } from './errors.js';
import type { Guest } from './guest.js';
import { LogRing } from './log-ring.js';
import { isObject } from './manifest.js';
import type { Scrub } from './scrub.js';

const CHECK_LIMIT_MS = 10_000;
const LONGEST_MESSAGE = 2_000;

export interface Check {
  /** `load`, `init`, or `check` for the plugin's own. */
  name: string;
  ok: boolean;
  durationMs: number;
  message: string;
}

export interface TrialResult {
  ok: boolean;
  checks: Check[];
  /** What no check looked at, and why. */
  notChecked: string[];
  /** What the plugin printed, its warnings and the stacks of its errors among it; oldest first. */
  logs: string[];
  /** Whether an address that the plugin listens on was taken. */
  addressInUse: boolean;
  durationMs: number;
}

/**
 * Starts a guest, asks it to check itself and stops it again; a failure of the plugin is a result, not an error.
 * @param start given what to do with each line that the plugin prints
 */
export async function runTrial(
  start: (onLine: (line: string) => void) => Promise<Guest>,
): Promise<TrialResult> {
  const begun = performance.now();
  const since = (): number => millisecondsSince(begun);
  const checks: Check[] = [];
  const notChecked: string[] = [];
  const logs = new LogRing();
  let addressInUse: boolean;
  try {
    const guest = await start((line) => logs.push(line));
    addressInUse = guest.addressInUse;
    checks.push({ name: 'load', ok: true, durationMs: guest.loadMs, message: 'loaded' });
    if (guest.initialised)
      checks.push({ name: 'init', ok: true, durationMs: guest.initMs, message: 'initialized' });
    if (guest.initialised && guest.loaded?.hasCheck) checks.push(await ownCheck(guest));
    notChecked.push(...omissions(guest));
    await guest.stop();
  } catch (error) {
    const inInit = error instanceof LoadFailed && error.phase === 'init';
    addressInUse = error instanceof LoadFailed && error.addressInUse;
    if (inInit) checks.push({ name: 'load', ok: true, durationMs: 0, message: 'loaded' });
    checks.push({ name: inInit ? 'init' : 'load', ok: false, durationMs: since(), message: causeOf(error) });
  }
  const ok = checks.every((check) => check.ok);
  return { ok, checks, notChecked, logs: logs.all(), addressInUse, durationMs: since() };
}

function omissions({ initialised, loaded }: Guest): string[] {
  if (!initialised) return ['init, because required settings are missing'];
  const found: string[] = [];
  if (!loaded?.hasCheck)
    found.push(
      'whether keys and addresses in the settings work, because the plugin brings no test of its own',
    );
  if (loaded?.types.includes('service')) found.push('services, because a test does not start them');
  return found;
}

async function ownCheck(guest: Guest): Promise<Check> {
  const outcome = await guest.check(CHECK_LIMIT_MS);
  const { durationMs } = outcome;
  if (outcome.kind === 'value') return { name: 'check', durationMs, ...judge(outcome.value, guest.scrub) };
  const message = outcome.kind === 'late' ? `did not answer within ${CHECK_LIMIT_MS} ms` : outcome.message;
  return { name: 'check', ok: false, durationMs, message };
}

/**
 * Plugins answer their own check with nothing, a boolean, or an object that says so in one of a few ways.
 * What they say is cut after it is scrubbed: half a secret would be no match.
 */
function judge(value: unknown, scrub: Scrub): { ok: boolean; message: string } {
  const shown = (text: string): string => scrub(text).slice(0, LONGEST_MESSAGE);
  if (value === false) return { ok: false, message: 'the check answered false' };
  if (!isObject(value)) return { ok: true, message: typeof value === 'string' ? shown(value) : 'passed' };
  const verdict = [value.ok, value.success, value.healthy].find((said) => typeof said === 'boolean');
  const ok = verdict !== false && value.status !== 'unhealthy' && value.status !== 'error';
  const said = [value.message, value.error].find((text) => typeof text === 'string');
  return { ok, message: typeof said === 'string' ? shown(said) : ok ? 'passed' : 'failed' };
}
