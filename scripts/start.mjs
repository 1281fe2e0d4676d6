/**
 * `npm start`: installs and builds what is missing or out of date, then runs the server in this very process, so
 * that signals reach it.
 */
import './no-inspector.mjs';
import { isFresh, buildIfStale } from './build-if-stale.mjs';
import { installIfNeeded, requireNode } from './install.mjs';

requireNode();
installIfNeeded({ development: !isFresh() });
await buildIfStale();
await import('../dist/server/main.mjs');
