import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { TUFError } from 'sigstore';
import {
  type Trust,
  PackageVerifier,
  worstSignature,
} from '../../src/modules/installation/packages/package-verifier.js';
import { ProvenanceVerifier, type VerifyBundle } from '../../src/modules/installation/packages/provenance.js';
import { enforceEvidence } from '../../src/modules/installation/packages/policy-facts.js';
import { NO_POLICY, type PackageWorld, packageWorld } from '../support/package-world.js';

const SLSA = 'https://slsa.dev/provenance/v1';

describe('evidence', () => {
  let world: PackageWorld;
  let count = 0;
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const genuine: VerifyBundle = async () => ({ identity: { subjectAlternativeName: 'https://builder/x' } });

  beforeAll(async () => {
    world = await packageWorld();
  });
  afterAll(() => world.close());

  const trust = async (name: string, verify: VerifyBundle = genuine): Promise<Trust> => {
    const { transport, client, builder, folder } = world;
    const provenance = new ProvenanceVerifier(transport, { tufCachePath: folder }, verify);
    const resolved = await client.resolve(name);
    const plan = await builder.plan(name, resolved.version);
    const found = await new PackageVerifier(transport, client, provenance).verify(resolved, plan.closure);
    enforceEvidence(name, found, NO_POLICY);
    return found;
  };
  const integrityOf = async (name: string): Promise<string> =>
    (await world.client.resolve(name)).dist.integrity;

  it('tells a registry without keys as unsigned', async () => {
    world.registry.publishesKeys = false;
    world.registry.publish({ name: 'keyless', version: '1.0.0' });
    const found = await trust('keyless');
    expect(found).toMatchObject({ signature: 'unsigned', provenance: 'absent' });
    expect(found.publishedAt).toBe('2024-01-01T00:00:00.000Z');
    expect(found.age).toBeGreaterThan(500_000);
    expect(found.integrity).toBe(await integrityOf('keyless'));
  });

  it('tells verified from unsigned, for the package and what it depends on', async () => {
    world.registry.publishesKeys = true;
    world.registry
      .publish({ name: 'signed-dep', version: '1.0.0', signed: true })
      .publish({ name: 'bare-dep', version: '1.0.0' })
      .publish({
        name: 'signed',
        version: '1.0.0',
        signed: true,
        manifest: { dependencies: { 'signed-dep': '1' } },
      })
      .publish({
        name: 'half',
        version: '1.0.0',
        signed: true,
        manifest: { dependencies: { 'bare-dep': '1' } },
      });
    const whole = await trust('signed');
    expect(whole).toMatchObject({ signature: 'verified', dependencies: { verified: 1, unsigned: 0 } });
    expect(worstSignature(whole)).toBe('verified');
    const half = await trust('half');
    expect(half).toMatchObject({ signature: 'verified', dependencies: { verified: 0, unsigned: 1 } });
    expect(worstSignature(half)).toBe('unsigned');
    expect((await trust('bare-dep')).signature).toBe('unsigned');
  });

  it('refuses a signature by another key, over another text, or by a key that is not published', async () => {
    world.registry.publishesKeys = true;
    const forge = async (change: (text: string) => { keyid: string; sig: string }): Promise<string> => {
      const name = `forged-${count++}`;
      world.registry.publish({ name, version: '1.0.0' });
      const text = `${name}@1.0.0:${await integrityOf(name)}`;
      world.registry.publish({ name, version: '1.0.0', dist: { signatures: [change(text)] } });
      return name;
    };
    const { registry } = world;
    const forged = [
      await forge((text) => registry.signature(text, stranger)),
      await forge((text) => registry.signature(text.replace('1.0.0', '1.0.1'))),
      await forge((text) => ({ ...registry.signature(text), keyid: 'SHA256:other' })),
      await forge(() => ({ ...registry.signature(''), sig: 'no base64!' })),
    ];
    for (const name of forged)
      await expect(trust(name)).rejects.toMatchObject({ status: 422, code: 'package_refused' });
    registry.publish({
      name: 'misled',
      version: '1.0.0',
      signed: true,
      manifest: { dependencies: { [forged[0]!]: '1' } },
    });
    await expect(trust('misled')).rejects.toMatchObject({
      code: 'package_refused',
      message: /forged-0@1\.0\.0/,
    });
  });

  it('lets a key that has expired count for what was published before', async () => {
    const { registry } = world;
    registry.publishesKeys = true;
    registry.keyExpires = new Date('2024-06-01T00:00:00Z');
    const publish = (name: string, publishedAt: string): unknown =>
      registry.publish({ name, version: '1.0.0', signed: true, publishedAt: new Date(publishedAt) });
    publish('in-time', '2024-05-31T00:00:00Z');
    expect((await trust('in-time')).signature).toBe('verified');
    publish('too-late', '2024-06-02T00:00:00Z');
    await expect(trust('too-late')).rejects.toMatchObject({ code: 'package_refused', message: /expired/ });
    registry.keyExpires = null;
  });

  it('tells keys that cannot be had as unavailable, with the cause', async () => {
    world.registry.publish({ name: 'down', version: '1.0.0', signed: true });
    world.registry.interfere = (_request, response, path) => {
      if (path !== '-/npm/v1/keys') return false;
      response.writeHead(500).end();
      return true;
    };
    const found = await trust('down');
    expect(found.signature).toBe('unavailable');
    expect(found.causes.join()).toMatch(/keys cannot be had.*500/);
    world.registry.interfere = () => false;
  });

  const attested = async (
    change: (subject: { name: string; digest: { sha512: string } }) => unknown,
  ): Promise<string> => {
    const name = `@attested/p${count++}`;
    const release = { name, version: '1.0.0', signed: true };
    world.registry.publish(release);
    const hex = Buffer.from((await integrityOf(name)).slice('sha512-'.length), 'base64').toString('hex');
    const url = `http://another.host.invalid/-/npm/v1/attestations/${name.replace('/', '%2f')}@1.0.0`;
    world.registry.publish({ ...release, dist: { attestations: { url } } });
    const subject = { name: `pkg:npm/${name.replace('@', '%40')}@1.0.0`, digest: { sha512: hex } };
    const statement = { predicateType: SLSA, subject: [change(subject)] };
    const payload = Buffer.from(JSON.stringify(statement)).toString('base64');
    const bundle = { dsseEnvelope: { payload, signatures: [] } };
    world.registry.attest(name, '1.0.0', [{ predicateType: SLSA, bundle }]);
    return name;
  };

  it('asks the registry itself for attestations, and verifies provenance', async () => {
    world.registry.advisories = {};
    const found = await trust(await attested((subject) => subject));
    expect(found).toMatchObject({ provenance: 'verified', builder: 'https://builder/x', causes: [] });
  });

  it('refuses provenance of another package, of other bytes, or that does not verify', async () => {
    const other = await attested((subject) => ({ ...subject, name: 'pkg:npm/other@1.0.0' }));
    await expect(trust(other)).rejects.toMatchObject({ code: 'package_refused', message: /another package/ });
    const bytes = await attested((subject) => ({ ...subject, digest: { sha512: '00' } }));
    await expect(trust(bytes)).rejects.toMatchObject({ code: 'package_refused', message: /other bytes/ });
    const name = await attested((subject) => subject);
    const fails: VerifyBundle = async () => Promise.reject(new Error('certificate expired'));
    await expect(trust(name, fails)).rejects.toMatchObject({
      code: 'package_refused',
      message: /certificate/,
    });
  });

  it('tells provenance that cannot be checked as unavailable, never as verified', async () => {
    const name = await attested((subject) => subject);
    const offline: VerifyBundle = async () =>
      Promise.reject(new TUFError({ code: 'TUF_REFRESH_METADATA_ERROR', message: 'no network' }));
    const found = await trust(name, offline);
    expect(found.provenance).toBe('unavailable');
    expect(found.causes.join()).toMatch(/trust root .* no network/);
    world.registry.attest(name, '1.0.0', undefined);
    expect((await trust(name)).provenance).toBe('unavailable');
  });
});
