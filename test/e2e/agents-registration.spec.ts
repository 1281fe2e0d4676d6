import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditPageDto } from '../../src/platform/audit/audit.dto.js';
import type { AgentDetailDto } from '../../src/modules/registry/agents/agent.dto.js';
import { agentAt, agentKey, agentsAt, statusOf } from '../support/agents-api.js';
import { eventually } from '../support/eventually.js';
import type { Client } from '../support/http.js';
import { failure } from '../support/plugins-api.js';
import { TestServer } from '../support/server.js';

interface Registered {
  ok: boolean;
  agentId: string;
}

describe('a server that reports to another', () => {
  let registry: TestServer;
  let server: TestServer;
  let there: Client;
  let here: Client;

  beforeAll(async () => {
    registry = await TestServer.start();
    server = await TestServer.start({
      env: {
        REGISTRY_URL: `${registry.url}/`,
        REGISTRY_TOKEN: await agentKey(registry),
        REGISTRY_SYNC_INTERVAL: '1000',
        PUBLIC_URL: 'https://plugboard.example',
        AGENT_NAME: 'the fleet',
      },
    });
    there = registry.client();
    here = server.client();
  });
  afterAll(async () => {
    await server.stop();
    await registry.stop();
  });

  const known = async (): Promise<AgentDetailDto> =>
    (await there.get<AgentDetailDto>(agentAt((await statusOf(server)).agentId ?? 'nobody'))).body;

  it('says that no registry is configured where none is', async () => {
    expect((await there.get('/api/registry/config')).body).toEqual({
      registryUrl: '',
      autoRegister: false,
      syncInterval: 300_000,
      configured: false,
      chainId: null,
      registryAddress: null,
      collectionAddress: null,
      explorerUrl: null,
    });
    expect(await statusOf(registry)).toMatchObject({ registered: false, agentId: null, configured: false });
    for (const action of ['register', 'update-uri', 'sync'])
      expect(failure(await there.post(`/api/registry/${action}`)).slice(0, 2)).toEqual([
        503,
        'registry_not_configured',
      ]);
  });

  it('reports nothing before it has registered', async () => {
    expect(await statusOf(server)).toEqual({
      registered: false,
      agentId: null,
      registryUrl: `${registry.url}/`,
      configured: true,
      lastSyncAt: null,
      lastError: null,
      agentName: 'the fleet',
      agentEndpoint: 'https://plugboard.example',
      agentUri: 'https://plugboard.example',
      tokenURI: 'https://plugboard.example',
      isActive: false,
      tokenId: null,
      walletAddress: null,
      capabilitiesHash: null,
      totalAgents: null,
    });
    for (const action of ['sync', 'update-uri'])
      expect(failure(await here.post(`/api/registry/${action}`)).slice(0, 2)).toEqual([
        409,
        'not_registered',
      ]);
    expect(await agentsAt(there)).toEqual([]);
  });

  it('registers as what the settings say, audited on both ends, and keeps its id when it does so again', async () => {
    const { body } = await here.post<Registered>('/api/registry/register');
    expect(await known()).toMatchObject({
      agentId: body.agentId,
      name: 'the fleet',
      endpoint: 'https://plugboard.example',
      uri: 'https://plugboard.example',
      heartbeatInterval: 1000,
      stale: false,
    });
    expect(await statusOf(server)).toMatchObject({ registered: true, agentId: body.agentId });
    const again = await here.post<Registered>('/api/registry/register', { name: 'renamed' });
    expect(again.body).toEqual({ ok: true, agentId: body.agentId });
    expect((await known()).name).toBe('renamed');
    for (const [api, actions] of [
      [here, ['registry.update', 'registry.register']],
      [there, ['agent.update', 'agent.register']],
    ] as const) {
      const trail = await api.get<AuditPageDto>(`/api/audit?target=${body.agentId}`);
      expect(trail.body.entries.map(({ action }) => action)).toEqual(actions);
    }
  });

  it('tells a new URI under either name, and that of the settings again without one', async () => {
    const update = async (body?: object): Promise<string | null> => {
      expect((await here.post('/api/registry/update-uri', body)).body).toEqual({ ok: true });
      return (await known()).uri;
    };
    expect(await update({ uri: 'https://new.example/a' })).toBe('https://new.example/a');
    expect((await statusOf(server)).agentUri).toBe('https://new.example/a');
    expect(await update({ tokenURI: 'ipfs://bafy/a.json' })).toBe('ipfs://bafy/a.json');
    expect(await update()).toBe('https://plugboard.example');
    for (const uri of ['javascript:alert(1)', 'nothing', 7, 'https://a:b@c.example'])
      expect(failure(await here.post('/api/registry/update-uri', { uri }))).toEqual([
        400,
        'field_invalid',
        'uri',
      ]);
    expect((await known()).uri).toBe('https://plugboard.example');
  });

  it('tells by itself which plugins it runs, and that they are gone', async () => {
    await here.put('/api/plugins/pii-redactor', { enabled: true });
    await eventually(async () =>
      expect((await known()).plugins).toEqual([
        {
          name: 'pii-redactor',
          version: expect.any(String),
          digest: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      ]),
    );
    await here.put('/api/plugins/pii-redactor', { enabled: false });
    const { body } = await here.post<{ ok: boolean; syncedAt: string }>('/api/registry/sync');
    expect((await known()).plugins).toEqual([]);
    expect(Date.parse(body.syncedAt)).toBeLessThanOrEqual(
      Date.parse((await statusOf(server)).lastSyncAt ?? ''),
    );
  });

  it('registers again where the registry has forgotten it', async () => {
    const { agentId } = await known();
    await there.delete(agentAt(agentId));
    await eventually(async () => expect(await known()).toMatchObject({ agentId, name: 'renamed' }));
  });

  it('shows its token to nobody', async () => {
    const texts = await Promise.all(
      ['config', 'status'].map(async (path) => (await here.get(`/api/registry/${path}`)).text),
    );
    for (const text of [...texts, server.printed, (await here.get('/api/audit')).text])
      expect(text).not.toContain('sk-bf-');
  });
});
