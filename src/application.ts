import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { INestApplication } from '@nestjs/common';
import type { Logger } from 'pino';
import { createApp } from './app.js';
import { type Config, guestEnvironment } from './config.js';
import { readCorePlugins } from './modules/core-toggle/index.js';
import { openPluginFolders, type PluginsOptions } from './modules/plugins/index.js';
import { ArtifactStore } from './platform/artifacts/artifact-store.js';
import { SharedFileRepository } from './platform/artifacts/shared-file.repository.js';
import { SharedFiles } from './platform/artifacts/shared-files.js';
import type { DataFolder } from './platform/data-folder/index.js';
import type { Database } from './platform/database/open-database.js';
import { GuardedClient } from './platform/http/outbound/guarded.client.js';
import { SecretBox } from './platform/secrets/secret-box.js';
import { VERSION } from './platform/version.js';
import { ADMIN_CLAIMS, ADMIN_TOKEN_SECONDS } from './platform/own-tokens.js';
import { openTokenKeys } from './token-keys.js';
import { parseSecretsKeys } from './platform/secrets/secrets-keys.js';

/** Puts the application together over an open data folder and database. */
export async function buildApplication(
  config: Config,
  folder: DataFolder,
  database: Database,
  log: Logger,
): Promise<{ app: INestApplication; adminToken: string }> {
  const corePlugins = await readCorePlugins(config.CORE_PLUGINS_FILE);
  const outbound = new GuardedClient(config);
  const shared = new SharedFiles(
    new SharedFileRepository(database.dataSource),
    config.SHARED_FILE_MAX_BYTES,
    log,
  );
  const artifacts = new ArtifactStore(join(folder.path, 'artifacts'), outbound, shared);
  await artifacts.sweep();
  const tokenKeys = await openTokenKeys(config, folder);
  const nodeId = await folder.secretFile('node-id', 8);
  const app = await createApp({
    config,
    log,
    artifacts,
    secrets: await openSecretBox(config, folder),
    dataSource: database.dataSource,
    listener: database.listener,
    workerPool: database.workerPool,
    statements: database.statements,
    node: { id: nodeId, name: config.NODE_NAME || hostname(), version: VERSION },
    tokenKeys,
    plugins: await pluginsOptions(config, folder),
    core: { plugins: corePlugins },
  });
  const adminToken = config.JWT_JWKS_URL ? '' : await tokenKeys.sign(ADMIN_CLAIMS, ADMIN_TOKEN_SECONDS);
  return { app, adminToken };
}

async function openSecretBox(config: Config, folder: DataFolder): Promise<SecretBox> {
  const keys =
    config.SECRETS_KEY.length > 0 ? config.SECRETS_KEY : [await folder.secretFile('secrets-key', 32)];
  return new SecretBox(parseSecretsKeys(keys));
}

const BUNDLED = fileURLToPath(new URL('../../plugins', import.meta.url));
const GUEST_PROGRAM = fileURLToPath(new URL('./runtime/guest-program', import.meta.url));

async function pluginsOptions(config: Config, folder: DataFolder): Promise<PluginsOptions> {
  const roots = config.PLUGIN_ROOTS.length > 0 ? config.PLUGIN_ROOTS : [join(folder.path, 'custom')];
  const bundledDir = await folder.reachableProgram(BUNDLED);
  return {
    dataDir: folder.path,
    roots: await openPluginFolders(roots, bundledDir),
    bundledDir,
    guestProgram: join(await folder.reachableProgram(GUEST_PROGRAM), 'main.mjs'),
    guestEnvironment: guestEnvironment(),
  };
}
