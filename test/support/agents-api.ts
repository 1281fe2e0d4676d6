import type { AgentDto, AgentPageDto } from '../../src/modules/registry/agents/agent.dto.js';
import type { RegistrationStatusDto } from '../../src/modules/registry/agents/registration.dto.js';
import type { Client } from './http.js';
import type { TestServer } from './server.js';

export type { AgentDto, AgentPageDto, RegistrationStatusDto };

export const AGENTS = '/api/v1/agents';
export const agentAt = (id: string, rest = ''): string => `${AGENTS}/${encodeURIComponent(id)}${rest}`;

/** How the server stands with its registry. */
export async function statusOf(server: TestServer): Promise<RegistrationStatusDto> {
  return (await server.client().get<RegistrationStatusDto>('/api/registry/status')).body;
}

/** Makes a virtual key that an agent may report with. */
export async function agentKey(registry: TestServer, name = 'agents'): Promise<string> {
  const { body } = await registry
    .client()
    .post<{ key: string }>('/api/auth/virtual-keys', { name, scopes: ['registry:write'] });
  return body.key;
}

/** Agents that `registry` knows. */
export async function agentsAt(api: Client, query = ''): Promise<AgentDto[]> {
  return (await api.get<AgentPageDto>(AGENTS + query)).body.agents;
}
