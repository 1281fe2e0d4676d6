import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { HazardServer } from '../support/hazard-server.js';
import { processesIn } from '../support/plugin-world.js';
import { PROBE } from '../support/probe.js';
import { CHANGES, ESCAPES, READS, REFUSED, SIGNALS } from '../support/ways-out.js';

const CONFIG = { NODE_OPTIONS: '--inspect', PATH: '/x', OWN: 'mine' };
const SECRET = 'a-secret-that-no-plugin-may-ever-see';
/** Only /proc tells which process is whose. */
const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('a plugin in a process that had waited for it', () => {
  let world: HazardServer;
  let waited: number;
  beforeAll(async () => {
    world = await HazardServer.open({ env: { JWT_SECRET: SECRET } });
    await world.create('fresh', PROBE);
    await world.enable('fresh', { config: CONFIG });
    await world.create('prober', PROBE);
    [waited = 0] = await eventually(() => spares('prober'));
  });
  afterAll(() => world.close());

  /** The processes of a plugin that does not run. */
  async function spares(name: string): Promise<number[]> {
    const pids = await processesIn(join(world.server.dataDir, 'guests', `${name}-`));
    if (pids.length === 0) throw new Error(`nothing waits for ${name}`);
    return pids.map(Number);
  }

  async function probe(name: string, code: string, path: string | number = ''): Promise<unknown> {
    return (await world.hook<{ result: unknown }>(name, { code, path: String(path) })).body.result;
  }

  const proc = (pid: unknown, file: string): Promise<string> =>
    readFile(`/proc/${String(pid)}/${file}`, 'utf8');

  it('is that very process, which was told nothing before', async () => {
    for (const place of ['environ', 'cmdline']) {
      expect(await proc(waited, place)).not.toContain('mine');
      expect(await proc(waited, place)).not.toContain(SECRET);
    }
    expect((await world.enable('prober', { config: CONFIG })).status).toBe(200);
    expect(await probe('prober', 'process.pid')).toBe(waited);
    expect(await probe('prober', 'process.env.OWN')).toBe('mine');
  });

  it('has the flags, environment, limits and kind of user of any other', async () => {
    const pids = { prober: waited, fresh: await probe('fresh', 'process.pid') };
    const seen = async (name: keyof typeof pids): Promise<unknown> => {
      const [uid, folder] = (await probe(name, '[process.getuid(), dir]')) as [number, string];
      const status = await proc(pids[name], 'status');
      const facts = [
        await proc(pids[name], 'cmdline'),
        await proc(pids[name], 'environ'),
        await proc(pids[name], 'limits'),
        ...(status.match(/^(Uid|Gid|Groups|Cap\w+|NoNewPrivs|Seccomp|Sig(Blk|Ign|Cgt)):.*$/gm) ?? []),
        JSON.stringify(await probe(name, '[process.env, process.execArgv, process.argv]')),
      ];
      const own = [folder, `${name}.mjs`, String(uid)];
      return facts.map((fact) => own.reduce((text, part, i) => text.replaceAll(part, `<${i}>`), fact));
    };
    expect(await seen('prober')).toEqual(await seen('fresh'));
  });

  it('gets nowhere that another does not get', async () => {
    const { dataDir } = world.server;
    const secrets = (await readdir(join(dataDir, 'secrets'))).map((name) => join(dataDir, 'secrets', name));
    const neighbour = join(dataDir, 'custom', 'neighbour.mjs');
    const tries = [
      ...[...secrets, '/etc/passwd', neighbour, `/proc/${waited}/environ`].flatMap((path) =>
        READS.map((code) => [code, path]),
      ),
      ...ESCAPES.map((code) => [code, '']),
      ...SIGNALS.map((code) => [code, String(world.server.process.pid)]),
      ...CHANGES.map((code) => [code, join(dataDir, 'custom', 'planted.mjs')]),
    ];
    for (const [code = '', path] of tries) {
      const answer = `${code}: ${String(await probe('prober', code, path))}`;
      expect(answer).toMatch(REFUSED);
      expect(answer).toBe(`${code}: ${String(await probe('fresh', code, path))}`);
    }
    expect(await world.trouble()).toBeNull();
  });

  it('leaves nothing behind when it is deleted, with the next that waits for it', async () => {
    await world.enable('prober');
    await eventually(async () => expect(await spares('prober')).toHaveLength(2));
    expect(await world.remove('prober')).toEqual([]);
  });

  it('ends with the server', async () => {
    await world.create('last', PROBE);
    await eventually(() => spares('last'));
    const guests = join(world.server.dataDir, 'guests');
    await world.server.end('SIGKILL');
    while ((await processesIn(guests)).length > 0) await new Promise(setImmediate);
    expect(await processesIn(guests)).toEqual([]);
  });
});
