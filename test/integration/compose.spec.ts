import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from '@jest/globals';
import ipaddr from 'ipaddr.js';
import { parse } from 'yaml';
import { SETTINGS } from '../../src/config.js';

interface Service {
  image: string;
  environment?: Record<string, string>;
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  networks?: string[] | Record<string, { ipv4_address: string }>;
  user?: string;
  cap_drop?: string[];
  cap_add?: string[];
  security_opt?: string[];
}
interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, null>;
  networks: Record<string, { ipam: { config: { subnet: string; ip_range: string }[] } }>;
  configs: Record<string, { content: string }>;
}

let compose: Compose;
let image: string;
beforeAll(async () => {
  compose = parse(await readFile(join(process.cwd(), 'docker-compose.yml'), 'utf8'), {
    merge: true,
  }) as Compose;
  image = await readFile(join(process.cwd(), 'Dockerfile'), 'utf8');
});

const servers = (): [string, Service][] =>
  Object.entries(compose.services).filter(([, service]) => service.image === 'plugboard');

it('has three servers on one database, each with a data folder of its own and settings that exist', () => {
  expect(servers()).toHaveLength(3);
  const folders = servers().map(([, { volumes }]) => volumes?.find((volume) => volume.endsWith(':/data')));
  expect(new Set(folders).size).toBe(3);
  for (const [name, { environment = {}, volumes = [], depends_on }] of servers()) {
    expect(Object.keys(SETTINGS)).toEqual(expect.arrayContaining(Object.keys(environment)));
    expect(environment).toMatchObject({
      ...{ NODE_NAME: name, PLUGIN_ROOTS: '/plugins' },
      DATABASE_URL: expect.stringContaining('@postgres:5432/'),
    });
    expect(volumes).toContain('plugins:/plugins');
    expect(depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
  }
  expect(compose.services['postgres']?.image).toBe('postgres:18');
});

it('believes the proxy alone, at an address that no other container gets', () => {
  const { networks } = compose.services['proxy'] ?? {};
  const address = Array.isArray(networks) ? undefined : networks?.['front']?.ipv4_address;
  const { subnet = '', ip_range: others = '' } = compose.networks['front']?.ipam.config[0] ?? {};
  // Else all clients behind the proxy would share one quota, or anybody could claim to be another.
  for (const [, { environment, networks: joined }] of servers()) {
    expect(environment?.['TRUSTED_PROXIES']).toBe(address);
    expect(joined).toEqual(['default', 'front']);
  }
  const [proxy, whole, rest] = [
    ipaddr.parse(address ?? ''),
    ipaddr.parseCIDR(subnet),
    ipaddr.parseCIDR(others),
  ];
  expect([proxy.match(whole), rest[0].match(whole), proxy.match(rest)]).toEqual([true, true, false]);
  expect(compose.services['postgres']?.networks).toBeUndefined();
});

it('runs servers as root with no more rights than it takes to give each plugin a user of its own', () => {
  expect(image).not.toMatch(/^USER /m);
  for (const [, server] of servers()) {
    expect(server).toMatchObject({ cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    expect(server.cap_add).toEqual(['SETUID', 'SETGID', 'KILL', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER']);
    expect(server.user).toBeUndefined();
  }
});

it('declares every volume that it uses, and the image makes the folders for either user that it may run as', () => {
  const used = Object.values(compose.services).flatMap(({ volumes = [] }) =>
    volumes.map((one) => one.split(':')[0]),
  );
  expect([...new Set(used)].sort()).toEqual(Object.keys(compose.volumes).sort());
  expect(image).toMatch(/chown node:node \/data \/plugins/);
});

it('waits for health: of the database, of every server, of the proxy', () => {
  const { postgres, proxy } = compose.services;
  expect(postgres?.healthcheck?.test).toContain('pg_isready');
  expect(image).toMatch(/^HEALTHCHECK [^]*\/health\/ready/m);
  expect(proxy?.healthcheck?.test.at(-1)).toMatch(/\/health\/ready$/);
  const healthy = servers().map(([name]) => [name, { condition: 'service_healthy' }]);
  expect(proxy?.depends_on).toEqual(Object.fromEntries(healthy));
});

it('has every server behind the proxy', () => {
  const { content = '' } = compose.configs['proxy'] ?? {};
  const upstream = [...content.matchAll(/server (\S+):8080 /g)].map(([, name]) => name);
  expect(upstream.sort()).toEqual(
    servers()
      .map(([name]) => name)
      .sort(),
  );
  // Compose takes a single `$` for a variable of its own.
  expect(content.replaceAll('$$', '')).not.toContain('$');
});

it('gives the build of the image all that it needs', async () => {
  const ignored = await readFile(join(process.cwd(), '.dockerignore'), 'utf8');
  const scripts = (await readdir(join(process.cwd(), 'scripts'))).filter((name) => name.startsWith('build'));
  const build = await readFile(join(process.cwd(), 'scripts/build.mjs'), 'utf8');
  const imported = [...build.matchAll(/from '\.\/([^']+)'/g)].map(([, name]) => name);
  expect(imported.length).toBeGreaterThan(1);
  expect(scripts).toEqual(expect.arrayContaining(imported));
  // Specs beside the code need test/, which stays out.
  expect(ignored.split('\n')).toEqual(expect.arrayContaining(['!scripts/build*.mjs', 'src/**/*.spec.ts']));
});
