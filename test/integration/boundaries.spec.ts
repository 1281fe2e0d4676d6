import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';

/**
 * A rule whose pattern matches nothing passes for ever. So each rule of .dependency-cruiser.cjs is shown one
 * small tree that breaks it, and one tree that keeps them all.
 */
interface Finding {
  rule: string;
  from: string;
}
type Tree = Record<string, string>;

const root = process.cwd();
const bin = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
const config = join(root, '.dependency-cruiser.cjs');
const { forbidden } = createRequire(import.meta.url)(config) as { forbidden: { name: string }[] };

const PACKAGES: Tree = {
  'package.json': '{"dependencies":{"pg":"1","typeorm":"1","express":"1"},"devDependencies":{"jest":"1"}}',
  'tsconfig.json': '{"compilerOptions":{"module":"NodeNext","moduleResolution":"NodeNext"}}',
  ...Object.fromEntries(
    ['pg', 'typeorm', 'express', 'jest'].flatMap((name) => [
      [`node_modules/${name}/package.json`, `{"name":"${name}","version":"1.0.0","main":"index.js"}`],
      [`node_modules/${name}/index.js`, 'module.exports = 1;'],
    ]),
  ),
};

/** A small project in order: every area, and every import that the layering allows at least once. */
const GOOD: Tree = {
  'src/main.ts': `import './app.module.js'; import './config.js';`,
  'src/app.module.ts': `import './modules/installation/index.js'; import './modules/core-toggle/index.js';`,
  'src/config.ts': `import 'node:path';`,
  'src/platform/http/errors.ts': `import '../../config.js'; import 'express';`,
  'src/platform/database/source.ts': `import 'typeorm'; import 'pg'; import '../http/errors.js';`,
  'src/platform/audit/audit.repository.ts': `import './audit.entity.js'; import 'typeorm';`,
  'src/platform/audit/audit.entity.ts': `import 'typeorm';`,
  'src/runtime/protocol.ts': `export const CHANNEL_FD = 3;`,
  'src/runtime/guest/main.ts': `import '../protocol.js'; import 'node:fs';`,
  'src/runtime/host/index.ts': `import '../protocol.js'; import '../../config.js'; import '../../platform/http/errors.js';`,
  'src/modules/auth/index.ts': `import '../../platform/http/errors.js';`,
  'src/modules/plugins/index.ts': `import './plugins.controller.js'; import '../auth/index.js';`,
  'src/modules/plugins/plugins.controller.ts': `import './plugins.service.js';`,
  'src/modules/plugins/changes.ts': `import '../../platform/audit/audit.repository.js';`,
  'src/modules/plugins/plugins.service.ts': `import './changes.js'; import './plugin.repository.js'; import '../../runtime/host/index.js';`,
  'src/modules/plugins/plugin.repository.ts': `import './plugin.entity.js'; import 'typeorm';`,
  'src/modules/plugins/plugin.entity.ts': `import 'typeorm';`,
  'src/modules/plugins/plugins.service.spec.ts': `import 'jest'; import './plugins.service.js'; import '../../../test/support/tool.js';`,
  'src/modules/registry/index.ts': `import '../auth/index.js'; import '../plugins/index.js';`,
  'src/modules/installation/index.ts': `import '../plugins/index.js'; import '../registry/index.js';`,
  'src/modules/core-toggle/index.ts': `import '../plugins/index.js';`,
  'test/support/tool.ts': `import 'node:fs';`,
  'bench/list.bench.ts': `import '../src/config.js';`,
};

/** Rule, the file that breaks it, and the import (or the whole text) that does. */
const BAD: readonly (readonly [rule: string, file: string, text: string])[] = [
  ['layer-runtime-protocol', 'src/runtime/protocol/x.ts', `import '../../config.js';`],
  ['protocol-stands-alone', 'src/runtime/protocol/y.ts', `import 'node:fs';`],
  ['layer-runtime-guest', 'src/runtime/guest/x.ts', `import type {} from '../../config.js';`],
  ['guest-stands-alone', 'src/runtime/guest/y.ts', `import 'express';`],
  ['layer-runtime-host', 'src/runtime/host/x.ts', `import '../../modules/auth/index.js';`],
  ['layer-runtime-host', 'src/runtime/host/y.ts', `import '../guest/main.js';`],
  ['layer-config', 'src/config/x.ts', `import '../platform/http/errors.js';`],
  ['layer-platform', 'src/platform/x.ts', `import type {} from '../modules/plugins/index.js';`],
  ['layer-platform', 'src/platform/y.ts', `import '../runtime/protocol.js';`],
  ['layer-modules-auth', 'src/modules/auth/x.ts', `import '../plugins/index.js';`],
  ['layer-modules-plugins', 'src/modules/plugins/x.ts', `import '../registry/index.js';`],
  ['layer-modules-plugins', 'src/modules/plugins/y.ts', `import '../../runtime/protocol.js';`],
  ['layer-modules-registry', 'src/modules/registry/x.ts', `import '../installation/index.js';`],
  ['layer-modules-core-toggle', 'src/modules/core-toggle/x.ts', `import '../registry/index.js';`],
  ['layer-modules-installation', 'src/modules/installation/x.ts', `import '../plugins/plugins.service.js';`],
  ['layer-modules-installation', 'src/modules/installation/y.ts', `import '../../runtime/host/index.js';`],
  ['area-not-listed', 'src/utils/x.ts', `import '../config.js';`],
  ['module-by-index', 'src/openapi.ts', `import './modules/plugins/plugins.service.js';`],
  ['composition-is-last', 'src/modules/plugins/z.ts', `import '../../app.module.js';`],
  ['no-cycle', 'src/platform/jobs/a.ts', `import type {} from './b.js';`],
  ['controller-knows-services', 'src/modules/plugins/x.controller.ts', `import './plugin.repository.js';`],
  [
    'controller-knows-services',
    'src/modules/plugins/y.controller.ts',
    `import type {} from './plugin.entity.js';`,
  ],
  ['table-has-one-owner', 'src/modules/installation/z.ts', `import '../plugins/plugin.entity.js';`],
  ['table-has-one-owner', 'src/modules/plugins/w.ts', `import '../../platform/audit/audit.entity.js';`],
  ['typeorm-in-its-places', 'src/modules/plugins/x.service.ts', `import type {} from 'typeorm';`],
  ['pg-in-its-place', 'src/platform/events/x.ts', `import 'pg';`],
  ['src-without-tests', 'src/platform/events/y.ts', `import '../../../test/support/tool.js';`],
  ['src-without-dev-packages', 'src/platform/events/z.ts', `import 'jest';`],
  ['resolvable', 'src/platform/events/gone.ts', `import './not-there.js';`],
  ['no-orphan', 'src/platform/events/alone.ts', `export const alone = 1;`],
];

let good: Finding[];
let bad: Finding[];

beforeAll(async () => {
  const broken = Object.fromEntries(BAD.map(([, file, text]) => [file, text]));
  const back = { 'src/platform/jobs/b.ts': `import './a.js';` };
  [good, bad] = await Promise.all([cruise(GOOD), cruise({ ...GOOD, ...broken, ...back })]);
});

it('finds nothing in a tree that keeps the layering', () => {
  expect(good).toEqual([]);
});

it.each(BAD)('%s is found in %s', (rule, from) => {
  expect(bad).toContainEqual({ rule, from });
});

it('shows an example of every rule', () => {
  expect([...new Set(BAD.map(([rule]) => rule))].sort()).toEqual(forbidden.map(({ name }) => name).sort());
});

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

async function cruise(tree: Tree): Promise<Finding[]> {
  const folder = await mkdtemp(join(tmpdir(), 'boundaries-'));
  folders.push(folder);
  for (const [file, text] of Object.entries({ ...PACKAGES, ...tree })) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  const args = [bin, '--config', config, '--output-type', 'json', 'src', 'test', 'bench'];
  const output = await new Promise<string>((done, fail) =>
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 2 ** 26 }, (_, stdout, stderr) =>
      stdout ? done(stdout) : fail(new Error(stderr)),
    ),
  );
  const { summary } = JSON.parse(output) as {
    summary: { violations: { rule: { name: string }; from: string }[] };
  };
  return summary.violations.map(({ rule, from }) => ({ rule: rule.name, from }));
}
