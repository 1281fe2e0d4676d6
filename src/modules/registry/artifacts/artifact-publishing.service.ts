import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../../config.js';
import { Conflict, NotFound } from '../../../platform/http/errors.js';
import { AddressPolicy } from '../../../platform/http/outbound/address-policy.js';
import { assertPermitted } from '../../../platform/http/outbound/destination.js';
import { assertNamed, assertOwner, ownerAfter, ownerOf } from '../../../platform/http/ownership.js';
import type { Actor, RequestContext } from '../../../platform/http/request.js';
import { allows } from '../../../platform/http/scopes.js';
import { nameKeys } from '../../../platform/names.js';
import { CONFIG } from '../../../platform/tokens.js';
import type { Tx } from '../../../platform/database/transaction.js';
import { checkName, ConfigSchemas, ProtectedNames } from '../../plugins/index.js';
import type { ChangeArtifactDto, PublishedArtifactDto, RegisterPluginDto } from './artifact.dto.js';
import { ArtifactLedger } from './artifact-ledger.js';
import { artifactId, present } from './artifact-record.js';
import { ArtifactVerification } from './artifact-verification.job.js';
import type { PublishedArtifactEntity } from './published-artifact.entity.js';
import { type ArtifactChanges, PublishedArtifactRepository } from './published-artifact.repository.js';
import { versionRank } from './version-order.js';

/** A version before anything is known of it. */
const NEW = {
  status: 'active',
  statusMessage: null,
  replacement: null,
  latest: false,
  verification: 'pending',
  verificationCause: null,
  checkedAt: null,
  checkAfter: null,
  attempts: 0,
  bytes: null,
} as const satisfies ArtifactChanges;

type Version = Awaited<ReturnType<PublishedArtifactRepository['find']>>;
type Content = Pick<
  PublishedArtifactEntity,
  'pluginType' | 'artifactUrl' | 'checksum' | 'configSchema' | 'pluginRuntime' | 'description'
>;

/** Publishes versions and says what has become of them. */
@Injectable()
export class ArtifactPublishing {
  constructor(
    private readonly artifacts: PublishedArtifactRepository,
    private readonly ledger: ArtifactLedger,
    private readonly verification: ArtifactVerification,
    private readonly schemas: ConfigSchemas,
    private readonly protectedNames: ProtectedNames,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Publishes a version; its artifact is looked at afterwards. The same again answers the same record.
   * @throws BadRequest `name_invalid`; Forbidden `scope_missing`, `not_owner`, `name_protected`; Conflict
   *   `name_reserved`, `name_taken`, `artifact_changed`; Unprocessable `destination_refused`, `config_schema_invalid`
   */
  async publish(context: RequestContext, given: RegisterPluginDto): Promise<PublishedArtifactDto> {
    const name = checkName(given.name);
    const { version } = given;
    const content = await this.contentOf(context, given);
    const id = artifactId(name, version);
    const { actor } = context;
    assertNamed(actor, 'registry:publish', name);
    if ((await this.artifacts.named(name)).length === 0) await this.protectedNames.check(actor, name);
    const vouched = allows(actor.scopes, 'plugins:install');
    await this.ledger.change(context, name, async (tx, known) => {
      const owner = await this.ownerFor(tx, actor, { name, known });
      const before = known.find((row) => row.id === id);
      if (before && !isSame(before, content)) throw immutable(before);
      if (before && before.status !== 'deleted') return null;
      const now = new Date();
      if (before) await this.artifacts.change(tx, id, { ...NEW, vouched, updatedAt: now });
      else {
        const { folded: foldedName, skeleton } = nameKeys(name);
        const names = { id, name, foldedName, skeleton, version, versionRank: versionRank(version) };
        const dates = { registeredAt: now, updatedAt: now };
        await this.artifacts.insert(tx, { ...names, ...content, ...NEW, owner, vouched, ...dates });
      }
      return {
        action: 'registry.publish',
        id,
        before: before ? statusOf(before) : null,
        after: { name, version, ...content, status: NEW.status, owner },
        event: 'registry.published',
        alongside: (last) => this.verification.queue(last, context, { id, name, version }),
      };
    });
    return this.get(id);
  }

  /** @throws NotFound `artifact_not_found` */
  async change(
    context: RequestContext,
    id: string,
    { status, statusMessage = null, replacement = null }: ChangeArtifactDto,
  ): Promise<PublishedArtifactDto> {
    await this.write(context, id, 'registry.change', { status, statusMessage, replacement });
    return this.get(id);
  }

  /** Leaves a tombstone: what was published under the version can come back, other content never. */
  async remove(context: RequestContext, id: string): Promise<PublishedArtifactDto> {
    const row = await this.existing(id);
    await this.write(context, id, 'registry.delete', { status: 'deleted', checkAfter: null });
    return present({ ...row, ...(await this.artifacts.find(id)) });
  }

  /** Looks at the artifact once more, soon. A verified one stays so meanwhile. */
  async verify(context: RequestContext, id: string): Promise<PublishedArtifactDto> {
    const { verification } = await this.existing(id);
    const afresh: ArtifactChanges =
      verification === 'verified'
        ? { attempts: 0 }
        : { attempts: 0, verification: 'pending', verificationCause: null, checkAfter: null };
    await this.write(context, id, 'registry.verify_again', afresh);
    return this.get(id);
  }

  async get(id: string): Promise<PublishedArtifactDto> {
    return present(await this.existing(id));
  }

  /** @throws NotFound `artifact_not_found`, for deleted ones too */
  async existing(id: string): Promise<PublishedArtifactEntity> {
    const row = await this.artifacts.find(id);
    if (row && row.status !== 'deleted') return row;
    throw notFound(id, row);
  }

  /**
   * Makes a name somebody else's.
   * @throws NotFound `artifact_not_found`
   */
  async handOver(context: RequestContext, name: string, owner: string): Promise<string | null> {
    let before: string | null = null;
    await this.ledger.change(context, name, async (tx, known) => {
      const rows = known.filter((row) => row.name === name);
      const row = rows.find(({ latest }) => latest) ?? rows[0];
      if (!row) throw notFound(name, null);
      before = row.owner;
      if (before === owner) return null;
      await this.artifacts.setOwner(tx, name, owner);
      return {
        action: 'registry.hand_over',
        id: row.id,
        before: { name, owner: before },
        after: { name, owner },
        event: 'registry.changed',
      };
    });
    return before;
  }

  /**
   * Who owns a name from now on, whose versions are written in `tx`.
   * @param known all versions of the name and those that fold to the same
   */
  private async ownerFor(
    tx: Tx,
    actor: Actor,
    { name, known }: { name: string; known: PublishedArtifactEntity[] },
  ): Promise<string | null> {
    const versions = known.filter((row) => row.name === name);
    const first = versions[0];
    if (!first) {
      await this.artifacts.lockNewNames(tx);
      const taken = await this.artifacts.findLookAlike(tx, name);
      if (taken !== null) throw lookAlike(name, taken);
      return ownerOf(actor);
    }
    assertOwner(actor, first.owner, `"${name}"`);
    const owner = ownerAfter(actor, first.owner);
    if (owner !== first.owner) await this.artifacts.setOwner(tx, name, owner);
    return owner;
  }

  private async write(
    context: RequestContext,
    id: string,
    action: string,
    changes: ArtifactChanges,
  ): Promise<void> {
    const { name, version } = await this.existing(id);
    assertNamed(context.actor, 'registry:publish', name);
    await this.ledger.change(context, name, async (tx, known) => {
      const before = known.find((row) => row.id === id);
      if (!before || before.status === 'deleted') throw notFound(id, before ?? null);
      await this.ownerFor(tx, context.actor, { name, known });
      await this.artifacts.change(tx, id, { ...changes, updatedAt: new Date() });
      const looksAgain = changes.attempts === 0;
      return {
        ...{ action, id, before: statusOf(before), after: statusOf({ ...before, ...changes }) },
        event: 'registry.changed',
        ...(looksAgain && {
          alongside: (last) => this.verification.queue(last, context, { id, name, version }),
        }),
      };
    });
  }

  private async contentOf({ actor }: RequestContext, given: RegisterPluginDto): Promise<Content> {
    const { pluginType, artifactUrl, checksum } = given;
    const { configSchema = '{}', pluginRuntime = '', description = '' } = given;
    assertPermitted(artifactUrl, new AddressPolicy(this.config.OUTBOUND_ALLOW));
    await this.schemas.compile(actor, configSchema);
    return { pluginType, artifactUrl, checksum, configSchema, pluginRuntime, description };
  }
}

function isSame(row: PublishedArtifactEntity, content: Content): boolean {
  return (Object.keys(content) as (keyof Content)[]).every((key) => row[key] === content[key]);
}

function statusOf({
  name,
  version,
  status,
  statusMessage,
  replacement,
  verification,
}: PublishedArtifactEntity): object {
  return { name, version, status, statusMessage, replacement, verification };
}

function notFound(id: string, row: Version): NotFound {
  const what = row
    ? `${row.name}@${row.version} was deleted`
    : `Nothing is published under "${id.slice(0, 100)}"`;
  return new NotFound('artifact_not_found', `${what}. GET /api/v1/plugins lists what is.`, 'id');
}

function lookAlike(name: string, taken: string): Conflict {
  return new Conflict(
    'name_taken',
    `"${name}" looks like "${taken}", which is published here. Choose a name that nobody takes for it.`,
    'name',
  );
}

function immutable({ name, version, status }: PublishedArtifactEntity): Conflict {
  const was =
    status === 'deleted'
      ? 'was published with other content before it was deleted'
      : 'is published with other content';
  return new Conflict(
    'artifact_changed',
    `${name}@${version} ${was}. A version never changes: publish another one.`,
    'version',
  );
}
