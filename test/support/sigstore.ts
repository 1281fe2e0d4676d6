import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { certificate, type CertificateFacts, der, extension, toBeSigned, yes } from './der.js';
import { canonical } from './tuf-repository.js';

/** What may be wrong with a bundle. */
export interface BundleFaults {
  /** When the log took it in; its certificate holds for ten minutes from now. */
  loggedAt?: Date;
  /** Whose log took it in, whose authority issued the certificate; left out: its own. */
  log?: TestSigstore;
  authority?: TestSigstore;
  /** What the log took in instead of the statement. */
  logged?: object;
  unlogged?: boolean;
}

const MINUTE = 60_000;
const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const LOG_NAME = 'log.test';
const FOREVER = { start: '2020-01-01T00:00:00Z' };
const OID = {
  keyUsage: '2.5.29.15',
  alternativeName: '2.5.29.17',
  constraints: '2.5.29.19',
  timestamps: '1.3.6.1.4.1.11129.2.4.2',
};

/**
 * A private Sigstore: a certificate authority, a log of certificates and a transparency log, each with a key of its
 * own. What it signs is real; an entry of the transparency log is one of the kind `dsse`, alone in its tree.
 */
export class TestSigstore {
  private readonly authority = ecKeys();
  private readonly certificates = ecKeys();
  private readonly log = ecKeys();

  /** What makes this Sigstore trusted: the target `trusted_root.json` of its TUF repository. */
  get trustedRoot(): string {
    const root = certificate(
      {
        ...{ name: 'root', issuer: 'root', key: this.authority.publicKey },
        ...{ from: new Date(Date.now() - 60 * MINUTE), until: new Date(Date.now() + 600 * MINUTE) },
        extensions: [
          extension(OID.constraints, der('sequence', yes)),
          extension(OID.keyUsage, der('bits', Buffer.from([1, 0x06]))),
        ],
      },
      this.authority.privateKey,
    );
    return JSON.stringify({
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      tlogs: [trustedLog(this.log.publicKey)],
      ctlogs: [trustedLog(this.certificates.publicKey)],
      certificateAuthorities: [
        {
          subject: { organization: 'test', commonName: 'root' },
          uri: 'https://authority.test',
          certChain: { certificates: [{ rawBytes: base64(root) }] },
          validFor: FOREVER,
        },
      ],
      timestampAuthorities: [],
    });
  }

  /** A statement signed by what calls itself `builder`, with its entry in the log. */
  bundle(statement: object, builder: string, faults: BundleFaults = {}): object {
    const { loggedAt = new Date(), authority = this, log = this, logged = statement } = faults;
    const { publicKey, privateKey } = ecKeys();
    const payload = Buffer.from(JSON.stringify(statement));
    const leaf = authority.issue(builder, publicKey);
    const signature = signed(envelopeText(payload), privateKey);
    const body = entryBody(leaf, Buffer.from(JSON.stringify(logged)), signature);
    return {
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: {
        certificate: { rawBytes: base64(leaf) },
        tlogEntries: faults.unlogged ? [] : [log.entry(body, Math.floor(loggedAt.getTime() / 1000))],
      },
      dsseEnvelope: {
        payload: base64(payload),
        payloadType: PAYLOAD_TYPE,
        signatures: [{ sig: base64(signature), keyid: '' }],
      },
    };
  }

  /** A certificate of ten minutes, with the timestamp of the log of certificates. Source: RFC 6962, 3.2 and 3.3. */
  private issue(builder: string, key: KeyObject): Buffer {
    const now = Date.now();
    const names = extension(OID.alternativeName, der('sequence', der(0x86, Buffer.from(builder))));
    const facts: CertificateFacts = {
      ...{ name: 'leaf', issuer: 'root', key, extensions: [names] },
      ...{ from: new Date(now - MINUTE), until: new Date(now + 10 * MINUTE) },
    };
    const [plain, at, none] = [toBeSigned(facts), number(now, 8), number(0, 2)];
    const issuer = sha256(spki(this.authority.publicKey));
    const entry = Buffer.concat([number(1, 2), issuer, sized(plain, 3), none]);
    const signature = signed(Buffer.concat([number(0, 2), at, entry]), this.certificates.privateKey);
    const logId = sha256(spki(this.certificates.publicKey));
    const stamp = Buffer.concat([number(0, 1), logId, at, none, Buffer.from([4, 3]), sized(signature, 2)]);
    const stamps = extension(OID.timestamps, der('octets', sized(sized(stamp, 2), 2)));
    return certificate({ ...facts, extensions: [names, stamps] }, this.authority.privateKey);
  }

  /** An entry with the promise to take it in and the proof that it was, in a tree of this one leaf. */
  private entry(body: Buffer, integratedTime: number): object {
    const { publicKey, privateKey } = this.log;
    const logId = sha256(spki(publicKey));
    const promised = { body: base64(body), integratedTime, logIndex: 0, logID: logId.toString('hex') };
    const root = sha256(Buffer.concat([number(0, 1), body]));
    const note = `${LOG_NAME}\n1\n${base64(root)}\n`;
    const seal = base64(Buffer.concat([logId.subarray(0, 4), signed(Buffer.from(note), privateKey)]));
    return {
      logIndex: '0',
      logId: { keyId: base64(logId) },
      kindVersion: { kind: 'dsse', version: '0.0.1' },
      integratedTime: String(integratedTime),
      inclusionPromise: {
        signedEntryTimestamp: base64(signed(Buffer.from(canonical(promised)), privateKey)),
      },
      inclusionProof: {
        ...{ logIndex: '0', rootHash: base64(root), treeSize: '1', hashes: [] },
        checkpoint: { envelope: `${note}\n\u2014 ${LOG_NAME} ${seal}\n` },
      },
      canonicalizedBody: base64(body),
    };
  }
}

function entryBody(leaf: Buffer, payload: Buffer, signature: Buffer): Buffer {
  const pem = `-----BEGIN CERTIFICATE-----\n${base64(leaf)}\n-----END CERTIFICATE-----\n`;
  const hash = { algorithm: 'sha256', value: sha256(payload).toString('hex') };
  const signatures = [{ signature: base64(signature), verifier: base64(Buffer.from(pem)) }];
  const spec = { envelopeHash: hash, payloadHash: hash, signatures };
  return Buffer.from(canonical({ apiVersion: '0.0.1', kind: 'dsse', spec }));
}

/** What is signed of a statement. Source: the DSSE protocol, "Pre-Authentication Encoding". */
function envelopeText(payload: Buffer): Buffer {
  const head = `DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

function trustedLog(key: KeyObject): object {
  return {
    baseUrl: `https://${LOG_NAME}`,
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: base64(spki(key)), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor: FOREVER },
    logId: { keyId: base64(sha256(spki(key))) },
  };
}

function ecKeys(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function signed(bytes: Buffer, key: KeyObject): Buffer {
  return sign('sha256', bytes, key);
}

function spki(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64');
}

/** Big-endian. */
function number(value: number, bytes: number): Buffer {
  return Buffer.from(value.toString(16).padStart(bytes * 2, '0'), 'hex');
}

/** With its length in front. */
function sized(bytes: Buffer, width: number): Buffer {
  return Buffer.concat([number(bytes.length, width), bytes]);
}
