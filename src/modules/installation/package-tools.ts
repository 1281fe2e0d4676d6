import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config.js';
import { CONFIG } from '../../platform/tokens.js';
import { ArtifactBuilds } from './artifact-builds.js';
import { INSTALLATION_OPTIONS, type InstallationOptions } from './installation.options.js';
import { readNpmConfig } from './packages/npm-config.js';
import { PackageBuilder } from './packages/package-builder.js';
import { PackageRegistryClient } from './packages/package-registry.client.js';
import { PackageVerifier } from './packages/package-verifier.js';
import { ProvenanceVerifier } from './packages/provenance.js';
import { RegistryTransport } from './packages/registry-transport.client.js';
import { type SigstoreTrust, sigstoreTrust } from './packages/sigstore-trust.js';

export interface Tools {
  registry: PackageRegistryClient;
  builder: PackageBuilder;
  verifier: PackageVerifier;
}

/** What fetches, checks and builds packages, set up by npm's own configuration when it is first needed. */
@Injectable()
export class PackageTools {
  /** Folder of all packages, absolute. */
  readonly folder: string;
  private readonly sigstore: SigstoreTrust;
  private tools: Promise<Tools> | null = null;

  constructor(
    @Inject(INSTALLATION_OPTIONS) options: InstallationOptions,
    @Inject(CONFIG) private readonly config: Config,
    /** What is published here needs none of npm's configuration. */
    readonly artifacts: ArtifactBuilds,
  ) {
    this.folder = join(options.dataDir, 'packages');
    this.sigstore = sigstoreTrust(config, join(this.folder, 'provenance'));
  }

  /** @throws BadGateway `install_failed` when npm's configuration cannot be read; the next call tries again */
  get(): Promise<Tools> {
    this.tools ??= this.open().catch((error: unknown) => {
      this.tools = null;
      throw error;
    });
    return this.tools;
  }

  private async open(): Promise<Tools> {
    const { config, folder } = this;
    // Guests of other users pass through, and read what they run.
    await mkdir(folder, { recursive: true, mode: 0o755 });
    const npm = await readNpmConfig(config, folder);
    const transport = new RegistryTransport(npm);
    const registry = new PackageRegistryClient(transport, config.POLICY_MIN_RELEASE_AGE);
    return {
      registry,
      builder: new PackageBuilder({
        folder,
        npm,
        policy: config,
        outboundAllow: config.OUTBOUND_ALLOW,
        timeoutMs: config.INSTALL_TIMEOUT,
        guestsShareOurUser: process.getuid?.() !== 0,
      }),
      verifier: new PackageVerifier(transport, registry, new ProvenanceVerifier(transport, this.sigstore)),
    };
  }
}
