import { join } from 'node:path';
import { packageManagerEnvironment } from '../src/config.js';
import { temporaryFolder } from '../test/support/temporary-folder.js';
import { diskUse } from './support/disk-use.js';
import { ENVIRONMENT_NOTE, note } from './support/environment.js';
import { NpmInstall } from './support/npm-install.js';
import { BenchServer } from './support/server.js';
import { percentile, sample } from './stats.js';
import { printTable } from './table.js';

export const title =
  'From the request that installs a package to its answer, when it runs, against npm install';

const ROUNDS = 3;
const FIRST = '@elizaos/plugin-openai';
const SECOND = '@elizaos/plugin-anthropic';

/** A situation, how much of npm's time ours shall take at most, and what is measured of it in one round each. */
interface Case {
  readonly name: string;
  readonly aim: number;
  readonly npm: number[];
  readonly ours: number[];
  /** Of ours: from the built directory to the running plugin. */
  readonly start: number[];
}

interface Disk {
  npm: number;
  ours: number;
}

export async function run(): Promise<void> {
  const cases = [
    newCase('cold: all caches empty', 0.6),
    newCase('second plugin of the family', 0.4),
    newCase('warm: all caches filled', 0.25),
  ] as const;
  const disk: Disk = { npm: 0, ours: 0 };
  for (let round = 0; round < ROUNDS; round++) await measure(cases, disk, round % 2 === 0);
  print(cases, disk);
}

async function measure(
  [cold, second, warm]: readonly [Case, Case, Case],
  disk: Disk,
  npmFirst: boolean,
): Promise<void> {
  const folder = await temporaryFolder();
  const npm = new NpmInstall(folder.path);
  const one = async (server: BenchServer, what: Case, name: string): Promise<string> => {
    let installed = '';
    const byNpm = async (): Promise<void> => {
      what.npm.push(await timed(async () => (installed = await npm.install(name))));
    };
    if (npmFirst) await byNpm();
    what.ours.push(await timed(() => server.http.expect(200, 'POST', '/api/plugins/install', { name })));
    what.start.push(await startOf(server, name));
    if (!npmFirst) await byNpm();
    return installed;
  };
  try {
    await BenchServer.use(async (server) => {
      await one(server, cold, FIRST);
      const packages = join(server.dataDir, 'packages');
      const before = await diskUse(packages);
      disk.npm = await diskUse(await one(server, second, SECOND));
      disk.ours = (await diskUse(packages)) - before;
      await server.http.expect(200, 'POST', '/api/plugins/uninstall', { name: FIRST, purge: true });
      await one(server, warm, FIRST);
    }, packageManagerEnvironment());
  } finally {
    await folder.remove();
  }
}

/** Milliseconds from the built directory to the end of the installation that was just made. */
async function startOf(server: BenchServer, name: string): Promise<number> {
  const { jobs } = await server.http.json<{ jobs: { finishedAt: string }[] }>(
    `/api/jobs?kind=install&limit=1&subject=${encodeURIComponent(name)}`,
  );
  const { versions } = await server.http.json<{ versions: { installedAt: string }[] }>(
    `/api/plugins/${encodeURIComponent(name)}/versions`,
  );
  return Date.parse(jobs[0]?.finishedAt ?? '') - Date.parse(versions[0]?.installedAt ?? '');
}

function print(cases: readonly Case[], disk: Disk): void {
  printTable(
    ['what', 'npm ms', 'ours ms', 'of it start', 'ratio', 'aim'],
    cases.map(({ name, aim, npm, ours, start }) => {
      const ratios = ours.map((time, round) => time / (npm[round] ?? NaN));
      return [name, median(npm), median(ours), median(start), median(ratios), aim];
    }),
  );
  const [npmMb, oursMb] = [disk.npm / 2 ** 20, disk.ours / 2 ** 20];
  process.stdout.write('\n');
  printTable(
    ['what', 'npm MiB', 'ours MiB', 'ratio', 'aim'],
    [['disk, second plugin', npmMb, oursMb, oursMb / npmMb, 0.1]],
  );
  note(
    `${ROUNDS} rounds, npm and ours in turns, medians; ratio is the median of the rounds' ratios.`,
    `${FIRST} with all it depends on, then ${SECOND}; npm: install --ignore-scripts in an empty folder.`,
    'Ours is over HTTP, with evidence, trial load and start; disk is what came to be in use, links counted once.',
    ENVIRONMENT_NOTE,
  );
}

function newCase(name: string, aim: number): Case {
  return { name, aim, npm: [], ours: [], start: [] };
}

function median(values: readonly number[]): number {
  return percentile(
    [...values].sort((a, b) => a - b),
    50,
  );
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const [time = 0] = await sample(work, 1);
  return time;
}
