import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { httpOrigin, type Origin } from './origin.js';

const DAY = 86_400_000;

/** A TUF repository with one key for all its roles, which serves its targets at their newest. */
export class TufRepository {
  /** Paths that were asked for. */
  readonly requests: string[] = [];
  private readonly keys = generateKeyPairSync('ed25519');
  private origin: Origin;

  private constructor(private readonly targets: Readonly<Record<string, string>>) {}

  static async serving(targets: Readonly<Record<string, string>>): Promise<TufRepository> {
    const repository = new TufRepository(targets);
    repository.origin = await httpOrigin((request, response) => {
      const path = (request.url ?? '').slice(1);
      repository.requests.push(path);
      const found = repository.documents[path];
      if (found === undefined) response.writeHead(404).end();
      else response.end(found);
    });
    return repository;
  }

  get url(): string {
    return this.origin.url;
  }

  close(): Promise<void> {
    return this.origin.close();
  }

  /** The root.json that a client has to be given. */
  get root(): string {
    const der = this.keys.publicKey.export({ type: 'spki', format: 'der' });
    const role = { keyids: ['keeper'], threshold: 1 };
    return this.signed('root', {
      consistent_snapshot: false,
      keys: {
        keeper: {
          keytype: 'ed25519',
          scheme: 'ed25519',
          keyval: { public: der.subarray(-32).toString('hex') },
        },
      },
      roles: { root: role, timestamp: role, snapshot: role, targets: role },
    });
  }

  private get documents(): Readonly<Record<string, string>> {
    const described = Object.entries(this.targets).map(([name, content]) => [name, factsOf(content)]);
    const targets = this.signed('targets', { targets: Object.fromEntries(described) as object });
    const snapshot = this.signed('snapshot', {
      meta: { 'targets.json': { version: 1, ...factsOf(targets) } },
    });
    const timestamp = this.signed('timestamp', {
      meta: { 'snapshot.json': { version: 1, ...factsOf(snapshot) } },
    });
    const files = Object.entries(this.targets).map(([name, content]) => [`targets/${name}`, content]);
    return {
      ...{ 'timestamp.json': timestamp, 'snapshot.json': snapshot, 'targets.json': targets },
      ...(Object.fromEntries(files) as Record<string, string>),
    };
  }

  private signed(type: string, content: object): string {
    const expires = new Date(Date.now() + DAY).toISOString().replace(/\.\d+/, '');
    const body = { _type: type, spec_version: '1.0.0', version: 1, expires, ...content };
    const sig = sign(null, Buffer.from(canonical(body)), this.keys.privateKey).toString('hex');
    return JSON.stringify({ signed: body, signatures: [{ keyid: 'keeper', sig }] });
  }
}

/** JSON with its keys in order and no spaces, as is signed in TUF and in Rekor. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function factsOf(content: string): { length: number; hashes: { sha256: string } } {
  return {
    length: Buffer.byteLength(content),
    hashes: { sha256: createHash('sha256').update(content).digest('hex') },
  };
}
