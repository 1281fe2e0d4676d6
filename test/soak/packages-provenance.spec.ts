import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  ProvenanceVerifier,
  type ProvenanceFinding,
} from '../../src/modules/installation/packages/provenance.js';
import { sigstoreTrust } from '../../src/modules/installation/packages/sigstore-trust.js';
import { type PackageWorld, packageWorld } from '../support/package-world.js';
import { type BundleFaults, TestSigstore } from '../support/sigstore.js';
import { TufRepository } from '../support/tuf-repository.js';

const NAME = '@acme/plugin-built';
const BUILDER = 'https://ci.example/acme/plugin-built/.workflows/release.yml@refs/tags/v1.0.0';
const SLSA = 'https://slsa.dev/provenance/v1';
const HOUR = 3_600_000;

describe('provenance, signed for real', () => {
  let world: PackageWorld;
  let repository: TufRepository;
  let root: string;
  let integrity: string;
  const ours = new TestSigstore();
  const strangers = new TestSigstore();

  beforeAll(async () => {
    world = await packageWorld();
    repository = await TufRepository.serving({ 'trusted_root.json': ours.trustedRoot });
    root = join(world.folder, '..', 'root.json');
    await writeFile(root, repository.root);
    const release = { name: NAME, version: '1.0.0' };
    const url = `${world.registry.url}-/npm/v1/attestations/@acme%2fplugin-built@1.0.0`;
    world.registry.publish({ ...release, dist: { attestations: { url } } });
    integrity = (await world.client.resolve(NAME)).dist.integrity;
  });
  afterAll(async () => {
    await world.close();
    await repository.close();
  });

  const statement = (change: object = {}): object => {
    const sha512 = Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex');
    return {
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: `pkg:npm/${NAME.replace('@', '%40')}@1.0.0`, digest: { sha512 } }],
      predicateType: SLSA,
      predicate: { buildDefinition: {}, runDetails: { builder: { id: 'https://ci.example' } } },
      ...change,
    };
  };
  const trusting = (mirror = repository.url, file = root): ProvenanceVerifier => {
    const settings = { SIGSTORE_MIRROR: mirror, SIGSTORE_ROOT: file };
    return new ProvenanceVerifier(world.transport, sigstoreTrust(settings, join(world.folder, 'provenance')));
  };
  const check = async (bundle: object, verifier = trusting()): Promise<ProvenanceFinding> => {
    world.registry.attest(NAME, '1.0.0', [{ predicateType: SLSA, bundle }]);
    return verifier.check(await world.client.resolve(NAME), integrity);
  };

  it('is verified, and names the build', async () => {
    const found = await check(ours.bundle(statement(), BUILDER));
    expect(found).toEqual({ verdict: 'verified', cause: null, builder: BUILDER });
    expect(repository.requests).toContain('targets/trusted_root.json');
  });

  it('needs no look at the trust root when that was had a moment ago', async () => {
    const before = repository.requests.length;
    expect((await check(ours.bundle(statement(), BUILDER))).verdict).toBe('verified');
    expect(repository.requests.length).toBe(before);
  });

  it.each<[string, () => object, RegExp]>([
    ['another package', () => statement({ subject: [{ name: 'pkg:npm/other@1.0.0' }] }), /another package/],
    [
      'another version',
      () => ({ ...(JSON.parse(JSON.stringify(statement()).replace('@1.0.0', '@1.0.1')) as object) }),
      /another package/,
    ],
    [
      'other bytes',
      () => ({
        ...(JSON.parse(JSON.stringify(statement()).replace(/"sha512":"../, '"sha512":"00')) as object),
      }),
      /other bytes/,
    ],
    ['no build', () => statement({ predicateType: 'https://example.com/publish' }), /nothing of a build/],
  ])('that is about %s does not count, however well signed', async (_what, said, cause) => {
    expect(await check(ours.bundle(said(), BUILDER))).toMatchObject({ verdict: 'invalid', cause });
  });

  it.each<[string, () => BundleFaults, RegExp]>([
    ['issued by a stranger', () => ({ authority: strangers }), /certificate chain/],
    ['in the log of a stranger', () => ({ log: strangers }), /inclusion promise/],
    ['in no log', () => ({ unlogged: true }), /timestamps|tlog entries|invalid bundle/],
    ['in the log as something else', () => ({ logged: statement({ predicate: {} }) }), /mismatch/],
    [
      'logged when its certificate had expired',
      () => ({ loggedAt: new Date(Date.now() + HOUR) }),
      /certificate chain/,
    ],
    ['logged before it was valid', () => ({ loggedAt: new Date(Date.now() - HOUR) }), /certificate chain/],
  ])('that is %s does not count', async (_what, faults, cause) => {
    const found = await check(ours.bundle(statement(), BUILDER, faults()));
    expect(found).toMatchObject({ verdict: 'invalid', cause, builder: null });
  });

  it('whose statement, signature or certificate was exchanged does not count', async () => {
    const [bundle, other] = [bundleOf(), bundleOf({ predicate: { tampered: true } })];
    const swaps: [string, Bundle][] = [
      [
        'statement',
        { ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, payload: other.dsseEnvelope.payload } },
      ],
      [
        'signature',
        { ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, signatures: other.dsseEnvelope.signatures } },
      ],
      [
        'certificate',
        {
          ...bundle,
          verificationMaterial: {
            ...bundle.verificationMaterial,
            certificate: other.verificationMaterial.certificate,
          },
        },
      ],
    ];
    for (const [what, swapped] of swaps)
      expect([what, (await check(swapped)).verdict]).toEqual([what, 'invalid']);
    expect((await check(bundle)).verdict).toBe('verified');
  });

  it('that is nonsense does not count, and ends nothing', async () => {
    for (const bundle of [{}, { dsseEnvelope: { payload: 'e30=' } }, { ...bundleOf(), mediaType: 'x' }])
      expect((await check(bundle)).verdict).toBe('invalid');
  });

  it('cannot be told where the trust root cannot be had, or is not the one that was given', async () => {
    const bundle = bundleOf();
    const gone = await check(bundle, trusting('http://127.0.0.1:1'));
    expect(gone).toMatchObject({ verdict: 'unavailable', cause: /trust root/, builder: null });
    const impostor = await TufRepository.serving({ 'trusted_root.json': strangers.trustedRoot });
    const found = await check(bundle, trusting(impostor.url));
    expect(found).toMatchObject({ verdict: 'unavailable', cause: /trust root/ });
    await impostor.close();
  });

  it('is judged by the root that is given now, not by one before', async () => {
    const other = await TufRepository.serving({ 'trusted_root.json': strangers.trustedRoot });
    const file = join(world.folder, '..', 'other.json');
    await writeFile(file, other.root);
    expect((await check(strangers.bundle(statement(), BUILDER), trusting(other.url, file))).verdict).toBe(
      'verified',
    );
    expect((await check(bundleOf(), trusting(other.url, file))).verdict).toBe('invalid');
    await other.close();
  });

  it('takes no root that cannot be read', () => {
    expect(() => trusting(repository.url, '/nowhere/root.json')).toThrow(/SIGSTORE_ROOT.*ENOENT/);
  });

  interface Bundle {
    dsseEnvelope: { payload: string; signatures: object[] };
    verificationMaterial: { certificate: object };
  }
  function bundleOf(change: object = {}): Bundle {
    return ours.bundle(statement(change), BUILDER) as Bundle;
  }
});
