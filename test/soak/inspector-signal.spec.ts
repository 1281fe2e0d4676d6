import { expect, it } from '@jest/globals';
import { TestServer } from '../support/server.js';

it('a server lives on and opens no inspector when it gets the signal for that', async () => {
  const server = await TestServer.start();
  try {
    server.process.kill('SIGUSR1');
    // Node opens one within a millisecond or two, and says so.
    for (let request = 0; request < 20; request += 1)
      expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    expect(server.printed).not.toMatch(/debugger|inspector/i);
    expect(server.process.exitCode).toBeNull();
  } finally {
    await server.stop();
  }
});
