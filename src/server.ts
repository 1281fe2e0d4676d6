import type { AddressInfo } from 'node:net';
import type { INestApplication } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Config } from './config.js';
import { type Database, openDatabase } from './platform/database/open-database.js';
import { openDataFolder } from './platform/data-folder/index.js';
import type { FastExpressAdapter } from './platform/http/express-adapter.js';
import { misspeltSettings } from './misspelt-settings.js';
import { assertPortFree } from './platform/http/port.js';
import { createLog } from './platform/log.js';
import { nodeReleaseWarning } from './platform/node-release.js';

/** A server that is up. */
export interface Server {
  /** Where it answers. */
  url: string;
  dataDir: string;
  /** A fresh admin token; empty where an identity provider makes them. */
  adminToken: string;
  /** Drains requests, stops the plugins, then the database. */
  stop(): Promise<void>;
}

/**
 * Opens the data folder, the database and the application, in that order, and takes them down again when a
 * later one fails.
 */
export async function startServer(config: Config, log: Logger = createLog(config)): Promise<Server> {
  const warning = nodeReleaseWarning();
  if (warning) log.warn(warning);
  for (const sentence of misspeltSettings()) log.warn(sentence);
  await assertPortFree(config.PORT, config.HOST);
  // Loading the framework takes as long as starting Postgres: they run side by side.
  const application = import('./application.js');
  const folder = await openDataFolder(config.DATA_DIR);
  let database: Database | null = null;
  let app: INestApplication | null = null;
  const stop = async (): Promise<void> => {
    try {
      await database?.giveUpIfAway();
      await app?.close();
    } finally {
      await database?.close();
      await folder.release();
    }
  };
  try {
    database = await openDatabase(config, folder, log, (await import('./entities.js')).ENTITIES);
    const built = await (await application).buildApplication(config, folder, database, log);
    app = built.app;
    await app.listen(config.PORT, config.HOST);
    await (app.getHttpAdapter() as FastExpressAdapter).holdOtherLoopback(config.PORT === 0);
    return { url: addressOf(app, config.HOST), dataDir: folder.path, adminToken: built.adminToken, stop };
  } catch (error) {
    await stop().catch((cause: unknown) => log.error({ err: cause }, 'could not take everything down'));
    throw error;
  }
}

function addressOf(app: INestApplication, host: string): string {
  const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http://${shown.includes(':') ? `[${shown}]` : shown}:${port}`;
}
