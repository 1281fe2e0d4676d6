/**
 * `npm start`: installs and builds what is missing or out of date, then runs the server in this very process, so
 * that signals reach it.
 */
import './no-inspector.mjs';
import { pathToFileURL } from 'node:url';
import { isFresh, buildIfStale } from './build-if-stale.mjs';
import { loadEnvFile } from './env-file.mjs';
import { installIfNeeded, requireNode } from './install.mjs';
import { releaseFolder } from './release.mjs';

requireNode();
loadEnvFile();
await installIfNeeded({ development: !isFresh() });
await buildIfStale();
await import(pathToFileURL(`${releaseFolder()}/server/main.mjs`).href);
