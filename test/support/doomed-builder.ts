/** A process that builds a package until it is killed. Arguments: the registry's address, the packages folder. */
import { join } from 'node:path';
import { readNpmConfig } from '../../src/modules/installation/packages/npm-config.js';
import { PackageBuilder } from '../../src/modules/installation/packages/package-builder.js';
import { NO_POLICY } from './package-world.js';

const [, , registry = '', folder = ''] = process.argv;
const npm = await readNpmConfig({ NPM_REGISTRY: registry }, folder, { env: { HOME: folder } });
const builder = new PackageBuilder({
  folder: join(folder, 'doomed'),
  npm,
  policy: NO_POLICY,
  outboundAllow: [],
  timeoutMs: 60_000,
  guestsShareOurUser: false,
});
await builder.build(await builder.plan('slow', '1.0.0'), join(folder, 'doomed/npm/slow'));
