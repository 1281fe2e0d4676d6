import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Config } from '../../../config.js';
import { AppError, BadGateway, Unavailable } from '../../../platform/http/errors.js';
import { DownloadFailed } from '../../../platform/http/outbound/download.errors.js';
import { GuardedClient, type SendOptions } from '../../../platform/http/outbound/guarded.client.js';
import { CONFIG } from '../../../platform/tokens.js';
import type { AgentState } from './agent-state.js';

const ANSWER_LIMIT_MS = 5_000;
const MAX_ANSWER_BYTES = 64 * 1024;

/** What a registry makes of a heartbeat: it has the same on record, something else, or nothing. */
export type BeatAnswer = 'current' | 'outdated' | 'unknown';

/** The registry at REGISTRY_URL, as one of its agents sees it. The operator chose its host, so it may be private. */
@Injectable()
export class UpstreamClient implements OnApplicationShutdown {
  private readonly http: GuardedClient | null;

  constructor(@Inject(CONFIG) private readonly config: Config) {
    const { REGISTRY_URL: url } = config;
    this.http = url === '' ? null : GuardedClient.reaching(url, config);
  }

  onApplicationShutdown(): void {
    this.http?.close();
  }

  /** Tells all of an agent's state. @throws BadGateway, Unavailable */
  async put(agentId: string, state: AgentState): Promise<void> {
    const answer = await this.send(agentId, { method: 'PUT', json: state });
    if (answer === null)
      throw new BadGateway(
        'upstream_unreachable',
        'The host at REGISTRY_URL has no /api/v1/agents: REGISTRY_URL must be the address of a Plugboard.',
      );
  }

  /** Tells that an agent lives. @param digest of its state @throws BadGateway, Unavailable */
  async beat(agentId: string, digest: string): Promise<BeatAnswer> {
    const answer = await this.send(`${agentId}/heartbeat`, { method: 'POST', json: { digest } });
    if (answer === null) return 'unknown';
    return 'resync' in answer && answer.resync === true ? 'outdated' : 'current';
  }

  /** @returns null where the registry answers that there is no such thing */
  private async send(path: string, message: Pick<SendOptions, 'method' | 'json'>): Promise<object | null> {
    const { REGISTRY_URL, REGISTRY_TOKEN } = this.config;
    if (!this.http) throw notConfigured();
    const url = `${REGISTRY_URL.replace(/[?#].*$/, '').replace(/\/+$/, '')}/api/v1/agents/${path}`;
    const limits = { timeoutMs: ANSWER_LIMIT_MS, maxBytes: MAX_ANSWER_BYTES };
    const headers = REGISTRY_TOKEN === '' ? {} : { authorization: `Bearer ${REGISTRY_TOKEN}` };
    try {
      const { bytes } = await this.http.send(url, { ...message, ...limits, headers });
      return parseAnswer(bytes);
    } catch (error) {
      if (error instanceof DownloadFailed && error.reason === 'missing') return null;
      throw explained(error);
    }
  }
}

export function notConfigured(): Unavailable {
  return new Unavailable('registry_not_configured', 'The registry is not configured: set REGISTRY_URL.');
}

function parseAnswer(bytes: Buffer): object {
  try {
    const answer: unknown = JSON.parse(bytes.toString());
    if (typeof answer === 'object' && answer !== null) return answer;
  } catch {
    // Told below, together with JSON that is no object.
  }
  throw new BadGateway(
    'upstream_unreachable',
    'The host at REGISTRY_URL answers with something that is no JSON object: is it a Plugboard?',
  );
}

/** The cause in words for whoever asked; never with the status 401 or 403, which would seem to mean their own token. */
function explained(error: unknown): unknown {
  if (!(error instanceof AppError) || error instanceof Unavailable || error.code === 'upstream_unreachable')
    return error;
  const status = error instanceof DownloadFailed ? error.httpStatus : undefined;
  const refused = (why: string): BadGateway =>
    new BadGateway('upstream_refused', `The registry at REGISTRY_URL refuses ${why}.`, '', [], {
      cause: error,
    });
  if (status === 401)
    return refused('the token in REGISTRY_TOKEN (HTTP 401): it needs one that was made there');
  if (status === 403)
    return refused('the token in REGISTRY_TOKEN (HTTP 403): it needs the scope registry:write');
  if (status !== undefined && status >= 400 && status < 500 && status !== 429)
    return refused(`what it was told (HTTP ${status})`);
  return new BadGateway(
    'upstream_unreachable',
    `The registry at REGISTRY_URL did not answer as it should: ${error.message}`,
    '',
    [],
    { cause: error },
  );
}
