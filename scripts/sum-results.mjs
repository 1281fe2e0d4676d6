/**
 * Sums Jest's JSON results: `node scripts/sum-results.mjs FOLDER` prints "N passed, N failed" and exits with 1
 * when anything failed or nothing ran. FOLDER holds one `<run>.json` a run and, when whole steps failed, `failed-steps` with a
 * name a line. A test file that did not load counts as one failure, and so does a failed step whose run shows none.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
const runs = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')));
const sum = (count) => runs.reduce((total, run) => total + count(run), 0);

const passed = sum((run) => run.numPassedTests);
const failedTests = sum((run) => run.numFailedTests + run.numRuntimeErrorTestSuites);
const steps = join(folder, 'failed-steps');
const failedSteps = existsSync(steps) ? readFileSync(steps, 'utf8').trim().split('\n').length : 0;
const failedRuns = runs.filter((run) => run.numFailedTests + run.numRuntimeErrorTestSuites > 0).length;
const failed = failedTests + Math.max(0, failedSteps - failedRuns);

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
