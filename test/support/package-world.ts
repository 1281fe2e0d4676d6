import { join } from 'node:path';
import { readNpmConfig } from '../../src/modules/installation/packages/npm-config.js';
import { PackageBuilder } from '../../src/modules/installation/packages/package-builder.js';
import type { PolicySettings } from '../../src/modules/installation/packages/package-policy.js';
import { PackageRegistryClient } from '../../src/modules/installation/packages/package-registry.client.js';
import {
  RegistryTransport,
  type TransportLimits,
} from '../../src/modules/installation/packages/registry-transport.client.js';
import { TestRegistry } from './registry.js';
import { temporaryFolder } from './temporary-folder.js';

export const NO_POLICY: PolicySettings = {
  POLICY_MIN_RELEASE_AGE: 0,
  POLICY_ALLOW: [],
  POLICY_DENY: [],
  POLICY_REQUIRE_SIGNATURE: false,
  POLICY_REQUIRE_PROVENANCE: false,
  POLICY_MAX_UNPACKED_MB: 64,
  POLICY_MAX_FILES: 2_000,
  POLICY_LICENSES: [],
};

/** A registry, a packages folder and what works on them, without a server. */
export interface PackageWorld {
  readonly registry: TestRegistry;
  readonly folder: string;
  readonly client: PackageRegistryClient;
  readonly transport: RegistryTransport;
  readonly builder: PackageBuilder;
  /** A builder with other settings. */
  builderWith(
    policy: Partial<PolicySettings>,
    more?: { timeoutMs?: number; copies?: boolean; outboundAllow?: readonly string[] },
  ): PackageBuilder;
  /** A client with other limits. */
  clientWith(limits: Partial<TransportLimits>): PackageRegistryClient;
  /** Where the next version is built. */
  directory(name?: string): string;
  close(): Promise<void>;
}

export async function packageWorld(): Promise<PackageWorld> {
  const registry = await TestRegistry.start();
  const folder = await temporaryFolder();
  const environment = { HOME: folder.path, PATH: '/usr/bin:/bin' };
  const npm = await readNpmConfig({ NPM_REGISTRY: registry.url }, folder.path, { env: environment });
  const packages = join(folder.path, 'packages');
  const transport = new RegistryTransport(npm);
  const builderWith: PackageWorld['builderWith'] = (
    policy,
    { timeoutMs = 20_000, copies = false, outboundAllow = [] } = {},
  ) =>
    new PackageBuilder({
      folder: packages,
      npm,
      policy: { ...NO_POLICY, ...policy },
      outboundAllow,
      timeoutMs,
      guestsShareOurUser: copies,
    });
  return {
    registry,
    folder: packages,
    transport,
    client: new PackageRegistryClient(transport),
    builder: builderWith({}),
    builderWith,
    clientWith: (limits) => new PackageRegistryClient(new RegistryTransport(npm, limits)),
    directory: (name = 'built') => join(packages, 'npm', name),
    close: async () => {
      await registry.close();
      await folder.remove();
    },
  };
}
