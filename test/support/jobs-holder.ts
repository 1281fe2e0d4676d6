/** A server process that begins one job, says so, and never ends it: for tests that kill it. */
import { JobsWorld } from './jobs-world.js';

const [, , url = '', nodeId = ''] = process.argv;
const world = await JobsWorld.open(url, { nodeId, timings: { heartbeatMs: 100, sweepMs: 100 } });
world.jobs.define('long', ({ attempt }) => {
  process.stdout.write(`begun ${attempt}\n`);
  return new Promise(() => undefined);
});
world.start();
