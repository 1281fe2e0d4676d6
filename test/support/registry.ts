import { type KeyObject, createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { type Origin, httpOrigin } from './origin.js';
import { type TarEntry, tarball } from './tar.js';

/** A version to publish. Files are `{ 'index.js': '…' }`; package.json is made unless given. */
export interface Release {
  name: string;
  version: string;
  files?: Record<string, string>;
  /** Added to package.json and to the registry's manifest: dependencies, scripts, license… */
  manifest?: Record<string, unknown>;
  /** Added to the archive as they are. */
  entries?: TarEntry[];
  /** The archive itself, instead of one that is made. */
  archive?: Buffer;
  /** Laid over what the registry says of the archive: a lie, usually. */
  dist?: Record<string, unknown>;
  /** Laid over the registry's manifest only. */
  claims?: Record<string, unknown>;
  publishedAt?: Date;
  tag?: string;
  signed?: boolean;
}

interface Stored {
  manifest: Record<string, unknown>;
  archive: Buffer;
  publishedAt: Date;
}

type Answer = (request: IncomingMessage, response: ServerResponse, path: string) => boolean;

/** Archives that a registry keeps to itself for now. */
export interface HeldArchives {
  /** Settles when one was asked for. */
  asked: Promise<void>;
  release: () => void;
}

/**
 * An npm registry for one test, on a free port: packuments, versions, archives, signing keys. `interfere` sees
 * each request first, to be slow, down or lying.
 */
export class TestRegistry {
  readonly requests: string[] = [];
  interfere: Answer = () => false;
  publishesKeys = false;
  /** When its key stopped to count; null: never. */
  keyExpires: Date | null = null;
  /** What is known against packages, by name, in npm's form; null: it keeps no such list. */
  advisories: Record<string, readonly Record<string, unknown>[]> | null = null;
  /** What was asked about when advisories were asked for. */
  readonly askedAdvisories: Record<string, string[]>[] = [];
  private readonly packages = new Map<string, Map<string, Stored>>();
  private readonly tags = new Map<string, Record<string, string>>();
  private readonly attestations = new Map<string, unknown>();
  private readonly keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  private origin: Origin;

  static async start(): Promise<TestRegistry> {
    const registry = new TestRegistry();
    registry.origin = await httpOrigin((request, response) => registry.answer(request, response));
    return registry;
  }

  get url(): string {
    return `${this.origin.url}/`;
  }

  close(): Promise<void> {
    return this.origin.close();
  }

  /** Publishes a version; the last one is `latest` unless it has a tag. */
  publish(release: Release): this {
    const { name, version, publishedAt = new Date('2024-01-01T00:00:00Z') } = release;
    const archive = release.archive ?? archiveOf(release);
    const integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
    const file = `${name.split('/').at(-1) ?? ''}-${version}.tgz`;
    const dist = {
      integrity,
      shasum: createHash('sha1').update(archive).digest('hex'),
      tarball: `${this.url}${name}/-/${file}`,
      ...(release.signed && { signatures: [this.signature(`${name}@${version}:${integrity}`)] }),
      ...release.dist,
    };
    const manifest = { name, version, ...release.manifest, ...release.claims, dist };
    const versions = this.packages.get(name) ?? new Map<string, Stored>();
    this.packages.set(name, versions.set(version, { manifest, archive, publishedAt }));
    this.tags.set(name, { ...this.tags.get(name), [release.tag ?? 'latest']: version });
    return this;
  }

  /** What the registry says is the hash of an archive. */
  integrityOf(name: string, version: string): string {
    const { dist } = this.packages.get(name)?.get(version)?.manifest ?? {};
    return (dist as { integrity: string }).integrity;
  }

  unpublish(name: string): void {
    this.packages.delete(name);
  }

  /** What `/-/npm/v1/attestations/<name>@<version>` answers. */
  attest(name: string, version: string, attestations: unknown): void {
    this.attestations.set(`${name}@${version}`, { attestations });
  }

  signature(text: string, key: KeyObject = this.keys.privateKey): { keyid: string; sig: string } {
    return { keyid: this.keyId, sig: sign('sha256', Buffer.from(text), key).toString('base64') };
  }

  private get keyId(): string {
    const der = this.keys.publicKey.export({ type: 'spki', format: 'der' });
    return `SHA256:${createHash('sha256').update(der).digest('base64')}`;
  }

  /** Hands out no archive that `isHeld` names, until `release` is called. */
  hold(isHeld: (path: string) => boolean): HeldArchives {
    const waiting: (() => void)[] = [];
    const asked = new Promise<void>((tell) => {
      this.interfere = (_, response, path) => {
        if (!path.endsWith('.tgz') || !isHeld(path)) return false;
        waiting.push(() => this.deliver(response, path));
        tell();
        return true;
      };
    });
    const release = (): void => {
      this.interfere = () => false;
      for (const deliver of waiting) deliver();
    };
    return { asked, release };
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent((request.url ?? '').split('?')[0] ?? '').slice(1);
    this.requests.push(path);
    if (this.interfere(request, response, path)) return;
    if (request.method === 'POST') void this.tellAdvisories(request, response, path);
    else this.deliver(response, path);
  }

  private async tellAdvisories(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
  ): Promise<void> {
    const asked = (await json(request)) as Record<string, string[]>;
    if (this.advisories === null || path !== '-/npm/v1/security/advisories/bulk')
      return void response.writeHead(405).end();
    this.askedAdvisories.push(asked);
    response.setHeader('content-type', 'application/json').end(JSON.stringify(this.advisories));
  }

  /** Answers what is published at a path, whatever interferes. */
  deliver(response: ServerResponse, path: string): void {
    const found = path.endsWith('.tgz') ? this.archive(path) : this.document(path);
    if (found === null)
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"Not found"}');
    else if (Buffer.isBuffer(found)) response.end(found);
    else response.setHeader('content-type', 'application/json').end(JSON.stringify(found));
  }

  private archive(path: string): Buffer | null {
    const [name = '', file = ''] = path.split('/-/');
    const version = file.slice((name.split('/').at(-1) ?? '').length + 1, -'.tgz'.length);
    return this.packages.get(name)?.get(version)?.archive ?? null;
  }

  private document(path: string): unknown {
    if (path === '-/npm/v1/keys') return this.publishesKeys ? { keys: [this.publicKey()] } : null;
    if (path.startsWith('-/npm/v1/attestations/'))
      return this.attestations.get(path.slice('-/npm/v1/attestations/'.length)) ?? null;
    const versions = this.packages.get(path);
    if (versions) return this.packument(path, versions);
    const slash = path.lastIndexOf('/');
    return this.packages.get(path.slice(0, slash))?.get(path.slice(slash + 1))?.manifest ?? null;
  }

  private publicKey(): Record<string, unknown> {
    const key = this.keys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    return {
      expires: this.keyExpires?.toISOString() ?? null,
      keyid: this.keyId,
      keytype: 'ecdsa-sha2-nistp256',
      scheme: 'ecdsa-sha2-nistp256',
      key,
    };
  }

  private packument(name: string, versions: ReadonlyMap<string, Stored>): Record<string, unknown> {
    const times = [...versions].map(([version, { publishedAt }]) => [version, publishedAt.toISOString()]);
    return {
      name,
      'dist-tags': this.tags.get(name),
      versions: Object.fromEntries([...versions].map(([version, { manifest }]) => [version, manifest])),
      time: { created: times[0]?.[1], modified: times.at(-1)?.[1], ...Object.fromEntries(times) },
    };
  }
}

function archiveOf({ name, version, files = {}, manifest = {}, entries = [] }: Release): Buffer {
  const all = { 'package.json': JSON.stringify({ name, version, main: 'index.js', ...manifest }), ...files };
  const own = Object.entries(all).map(([path, content]) => ({ path: `package/${path}`, content }));
  return tarball([...own, ...entries]);
}
