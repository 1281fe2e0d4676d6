import {
  type KeyObject,
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  randomBytes,
} from 'node:crypto';
import { Unavailable } from '../http/errors.js';

const VERSION = 'v1';
const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
/** 96 bits, the nonce length GCM is defined for (NIST SP 800-38D, 5.2.1.1). */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ENVELOPE = /^v1\.([0-9a-f]{16})\.([A-Za-z0-9_-]+)$/;

interface NamedKey {
  readonly id: string;
  readonly key: KeyObject;
}

/**
 * Encrypts JSON values for storage. An envelope opens only under the context it was sealed with and only
 * unchanged, so that moving one to another plugin or key in the database yields an error, never a value.
 */
export class SecretBox {
  private readonly first: NamedKey;
  private readonly byId: ReadonlyMap<string, KeyObject>;

  /**
   * @param keys 32 bytes each; the first encrypts, all decrypt
   * @throws TypeError when there is no key or one of another length (see `parseSecretsKeys`)
   */
  constructor(keys: readonly Buffer[]) {
    const named = keys.map(nameKey);
    const [first] = named;
    if (!first) throw new TypeError('SecretBox needs at least one key');
    this.first = first;
    this.byId = new Map(named.map(({ id, key }) => [id, key]));
  }

  /**
   * @param plain any JSON value
   * @param context what the value belongs to, as `plugin/<id>/<key>`; the same text is needed to open it
   * @returns `v1.<key id>.<base64url of nonce, ciphertext and tag>`
   */
  seal(plain: unknown, context: string): string {
    const text = JSON.stringify(plain) as string | undefined;
    if (text === undefined) throw new TypeError('only a JSON value can be sealed');
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.first.key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(boundData(this.first.id, context));
    const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${VERSION}.${this.first.id}.${sealed.toString('base64url')}`;
  }

  /**
   * @throws Unavailable `secrets_key_missing` when SECRETS_KEY does not list the key it was sealed with
   * @throws Unavailable `secret_unreadable` when it was changed, cut, or sealed for another context
   */
  open(envelope: string, context: string): unknown {
    const { keyId, sealed } = parseEnvelope(envelope);
    const key = this.byId.get(keyId);
    if (!key) throw keyMissing(keyId);
    const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(boundData(keyId, context));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    try {
      const text = Buffer.concat([
        decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)),
        decipher.final(),
      ]);
      return JSON.parse(text.toString('utf8')) as unknown;
    } catch (error) {
      throw unreadable(error);
    }
  }

  /** True when it was sealed with another key than the one that encrypts now. */
  needsRotation(envelope: string): boolean {
    return parseEnvelope(envelope).keyId !== this.first.id;
  }
}

function nameKey(bytes: Buffer): NamedKey {
  if (bytes.length !== KEY_BYTES) throw new TypeError(`a SecretBox key has ${KEY_BYTES} bytes`);
  // 64 bits of a hash over 256 random bits tell keys apart and tell nothing about them.
  const id = createHash('sha256')
    .update('plugboard secrets key id\0')
    .update(bytes)
    .digest('hex')
    .slice(0, 16);
  return { id, key: createSecretKey(bytes) };
}

function boundData(keyId: string, context: string): Buffer {
  return Buffer.from(`${VERSION}.${keyId}.${context}`, 'utf8');
}

function parseEnvelope(envelope: string): { keyId: string; sealed: Buffer } {
  const [, keyId, body] = ENVELOPE.exec(envelope) ?? [];
  if (keyId === undefined || body === undefined) throw unreadable();
  const sealed = Buffer.from(body, 'base64url');
  // Decoding forgives stray bits at the end; an envelope has one spelling only.
  if (sealed.toString('base64url') !== body) throw unreadable();
  if (sealed.length <= NONCE_BYTES + TAG_BYTES) throw unreadable();
  return { keyId, sealed };
}

function keyMissing(keyId: string): Unavailable {
  return new Unavailable(
    'secrets_key_missing',
    `A stored secret was encrypted with key ${keyId}, which SECRETS_KEY does not list: add that key after the first one.`,
    'SECRETS_KEY',
  );
}

function unreadable(cause?: unknown): Unavailable {
  return new Unavailable(
    'secret_unreadable',
    'A stored secret was changed outside this server, or moved from where it belongs, and cannot be opened: set it again.',
    '',
    [],
    { cause },
  );
}
