import { type ConfigCheck, ConfigError } from './config.js';
import { ClientAddresses } from './platform/http/limits/client-addresses.js';
import { isScope, SCOPES } from './platform/http/scopes.js';
import { GuardedClient } from './platform/http/outbound/guarded.client.js';
import { CAN_DENY_NETWORK } from './runtime/host/index.js';
import { parseSecretsKeys } from './platform/secrets/secrets-keys.js';

/** Checks of settings that only those who use them can make, so that every problem is told at once. */
export const CONFIG_CHECKS: readonly ConfigCheck[] = [
  ({ SECRETS_KEY }) => SECRETS_KEY.length > 0 && parseSecretsKeys(SECRETS_KEY),
  ({ JWT_SCOPE_MAP }) => {
    const unknown = [...JWT_SCOPE_MAP.values()].flat().find((scope) => !isScope(scope));
    if (unknown === undefined) return;
    throw new ConfigError(`JWT_SCOPE_MAP names the scope "${unknown}"; there are ${SCOPES.join(', ')}`);
  },
  (settings) => new GuardedClient(settings),
  ({ TRUSTED_PROXIES }) => new ClientAddresses(TRUSTED_PROXIES),
  ({ GUEST_NETWORK }) => {
    if (GUEST_NETWORK || CAN_DENY_NETWORK) return;
    throw new ConfigError(
      `GUEST_NETWORK=false needs Node 25 or newer, whose permission model can deny the network; this is Node ${process.versions.node}`,
    );
  },
];
