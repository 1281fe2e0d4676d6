import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HazardServer } from '../support/hazard-server.js';

/** Starts well, and dies a moment after that. */
const DYING = `export const preLLMHook = () => 'alive'; setTimeout(() => process.exit(9), 5);`;

describe('a plugin that crashes again and again', () => {
  let world: HazardServer;
  beforeAll(async () => (world = await HazardServer.open()));
  afterAll(() => world.close());

  it('is quarantined with its cause, and enabling it is the way out', async () => {
    await world.tryPlugin('dying', DYING);
    const quarantined = await world.until('dying', ({ status }) =>
      status.logs.some((line) => line.includes('quarantined')),
    );
    expect(quarantined).toMatchObject({ enabled: true, isActive: false, status: { status: 'error' } });
    expect(quarantined.loadError).toContain('exited with code 9');
    expect(await world.trouble()).toBeNull();
    expect((await world.hook('dying')).body.error.code).toBe('plugin_not_active');
    await world.server.plugin('dying.mjs', `export const preLLMHook = () => 'cured';`);
    expect((await world.enable('dying')).status).toBe(200);
    expect(await world.view('dying')).toMatchObject({ isActive: true, loadError: null });
    expect((await world.hook<{ result: string }>('dying')).body.result).toBe('cured');
    expect(await world.remove('dying')).toEqual([]);
  });

  it('can be disabled or deleted in the middle of it', async () => {
    await world.tryPlugin('dying', DYING);
    await world.until('dying', ({ status }) => status.status === 'error');
    expect((await world.api.put('/api/plugins/dying', { enabled: false })).status).toBe(200);
    expect(await world.view('dying')).toMatchObject({ isActive: false, status: { status: 'disabled' } });
    expect(await world.remove('dying')).toEqual([]);
  });
});
