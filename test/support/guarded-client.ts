import type { ProxySettings } from '../../src/platform/http/outbound/proxy.js';
import { GuardedClient, type OutboundSurroundings } from '../../src/platform/http/outbound/guarded.client.js';

/** A client that may reach what is listed, with limits that no test meets by accident. */
export function guardedClient(
  allow: string[],
  limits: { maxBytes?: number; timeoutMs?: number } = {},
  { proxies, ...surroundings }: OutboundSurroundings & { proxies?: ProxySettings } = {},
): GuardedClient {
  const config = {
    ...proxies,
    OUTBOUND_ALLOW: allow,
    OUTBOUND_MAX_BYTES: limits.maxBytes ?? 2 ** 20,
    OUTBOUND_TIMEOUT: limits.timeoutMs ?? 20_000,
  };
  return new GuardedClient(config, surroundings);
}
