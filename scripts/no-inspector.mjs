/** Has SIGUSR1 do nothing here, as in the server (src/platform/no-inspector.ts): import it before anything else. */
process.on('SIGUSR1', () => undefined);
