import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config.js';
import { CONFIG } from '../../platform/tokens.js';
import { type PluginInstalls, readParameters } from '../plugins/index.js';
import type { PublishedArtifact } from '../registry/index.js';
import type { InstallPlanDto } from './install-plan.dto.js';
import type { InstallDto } from './installation.dto.js';
import type { InstalledVersionEntity } from './installed-version.entity.js';
import { hasLocalCopy, InstallationRecords } from './installation-records.js';
import { PackageTools } from './package-tools.js';
import { closureDetails } from './packages/closure-details.js';
import { closureManifests } from './packages/closure-manifests.js';
import { inspectLockfile } from './packages/lockfile.js';
import { peerProblems } from './packages/lockfile-peers.js';
import type { PackageManifest } from './packages/package-registry.client.js';
import { planWarnings } from './packages/plan-warnings.js';
import { enforceEvidence } from './packages/policy-facts.js';
import { WantedPackages } from './wanted-package.js';
import { plannedChange, type PresentVersion } from './planned-change.js';

type KnownPlugin = NonNullable<Awaited<ReturnType<PluginInstalls['find']>>>;

/** Tells what an installation would do; nothing is written, nothing but metadata is fetched. */
@Injectable()
export class InstallPlans {
  constructor(
    private readonly tools: PackageTools,
    private readonly wanted: WantedPackages,
    private readonly records: InstallationRecords,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws AppError what the installation would be refused with, as far as that is known before */
  async plan(dto: InstallDto): Promise<InstallPlanDto> {
    const { name, enable } = dto;
    const known = await this.records.installs.find(name);
    if (known?.source === 'ejected') throw hasLocalCopy(name, 'name');
    const wanted = await this.wanted.find(dto);
    if (wanted.published) return this.ofArtifact(wanted.published, known, enable);
    const { resolved, warnings } = wanted;
    const { registry, builder, verifier } = await this.tools.get();
    const plan = await builder.plan(name, resolved.version);
    const manifests = await closureManifests(registry, plan.closure, resolved);
    const manifestOf = (one: { name: string; version: string }): Promise<PackageManifest | null> =>
      Promise.resolve(manifests.get(`${one.name}@${one.version}`) ?? null);
    const found = await verifier.verify(resolved, plan.closure, undefined, manifestOf);
    enforceEvidence(name, found, this.config);
    const details = closureDetails(plan.closure, manifests);
    const trust = { ...found, scripts: details.scripts };
    const own = `${name}@${resolved.version}`;
    const change = plannedChange(known && (await this.present(known)), {
      version: resolved.version,
      enable,
      parameters: declaredParameters(resolved.manifest),
      packages: keysOf(plan.closure),
    });
    return {
      ok: true,
      outcome: 'planned',
      name,
      version: resolved.version,
      installedVersion: known?.version ?? null,
      dependencies: [...details.packages],
      unpackedSize: resolved.dist.unpackedSize,
      total: details.total,
      trust,
      scripts: details.scripts,
      warnings: [
        ...warnings,
        ...planWarnings({ own, trust, manifests, details, peers: peerProblems(plan.lockfile) }),
      ],
      change,
    };
  }

  /** What is published here brings nothing but itself. */
  private async ofArtifact(
    artifact: PublishedArtifact,
    known: KnownPlugin | null,
    enable: boolean | undefined,
  ): Promise<InstallPlanDto> {
    const { name, version } = artifact;
    const present = known && (await this.present(known));
    const configSchema = await this.tools.artifacts.configSchema(name, version);
    const declared = readParameters({ configSchema, config: {} });
    const parameters = declared.declared ? byKey(declared) : null;
    return {
      ...{ ok: true, outcome: 'planned', name, version, installedVersion: known?.version ?? null },
      ...{ dependencies: [], unpackedSize: null, scripts: [], warnings: [] },
      total: { packages: 1, unpackedSize: 0, files: 0, unknown: 1 },
      trust: this.tools.artifacts.evidence(artifact),
      change: plannedChange(present, { version, enable, parameters, packages: [`${name}@${version}`] }),
    };
  }

  private async present({ id, version, enabled, declaration }: KnownPlugin): Promise<PresentVersion> {
    const row = version === null ? null : await this.records.versions.find(id, version);
    return {
      ...{ version, enabled },
      parameters: byKey(readParameters({ ...declaration, config: {} })),
      packages: row ? packagesOf(row) : [],
    };
  }
}

/** Null where they may stand in a file of the archive, which is not fetched. */
function declaredParameters({ agentConfig, plugboard }: PackageManifest): PresentVersion['parameters'] {
  const { pluginParameters } = (agentConfig ?? {}) as { pluginParameters?: unknown };
  const { configSchema } = (plugboard ?? {}) as { configSchema?: unknown };
  const found = readParameters({ configSchema, pluginParameters, config: {} });
  return found.declared ? byKey(found) : null;
}

function byKey({ parameters }: ReturnType<typeof readParameters>): Record<string, unknown> {
  return Object.fromEntries(parameters.map((parameter) => [parameter.key, parameter]));
}

function packagesOf({ source, lockfile, npmName, version }: InstalledVersionEntity): string[] {
  if (source === 'artifact') return [`${npmName}@${version}`];
  return keysOf(inspectLockfile(lockfile, npmName, version));
}

function keysOf(closure: readonly { name: string; version: string }[]): string[] {
  return closure.map(({ name, version }) => `${name}@${version}`);
}
