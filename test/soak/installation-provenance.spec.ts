import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { answerer, InstallationWorld } from '../support/installation-world.js';
import { TestSigstore } from '../support/sigstore.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { TufRepository } from '../support/tuf-repository.js';

const SLSA = 'https://slsa.dev/provenance/v1';
const BUILDER = 'https://ci.example/release.yml';

let world: InstallationWorld;
let repository: TufRepository;
let folder: { path: string; remove: () => Promise<void> };
const [ours, strangers] = [new TestSigstore(), new TestSigstore()];

beforeAll(async () => {
  repository = await TufRepository.serving({ 'trusted_root.json': ours.trustedRoot });
  folder = await temporaryFolder();
  const root = join(folder.path, 'root.json');
  await writeFile(root, repository.root);
  world = await InstallationWorld.open({
    POLICY_REQUIRE_PROVENANCE: 'true',
    SIGSTORE_MIRROR: repository.url,
    SIGSTORE_ROOT: root,
  });
});
afterAll(async () => {
  await world.close();
  await repository.close();
  await folder.remove();
});

/** Publishes a package; its provenance is what `sign` makes of the right statement. */
function publish(name: string, sign: (statement: object) => object): void {
  const { registry } = world;
  const url = `${registry.url}-/npm/v1/attestations/${name}@1.0.0`;
  registry.publish(answerer('1.0.0', { name, dist: { attestations: { url } } }));
  const sha512 = Buffer.from(registry.integrityOf(name, '1.0.0').slice('sha512-'.length), 'base64');
  const subject = [{ name: `pkg:npm/${name}@1.0.0`, digest: { sha512: sha512.toString('hex') } }];
  const bundle = sign({
    _type: 'https://in-toto.io/Statement/v1',
    predicateType: SLSA,
    subject,
    predicate: {},
  });
  registry.attest(name, '1.0.0', [{ predicateType: SLSA, bundle }]);
}

it('lets in what was built where it says, and shows by whom', async () => {
  publish('plugin-built', (statement) => ours.bundle(statement, BUILDER));
  expect((await world.install({ name: 'plugin-built' })).status).toBe(200);
  const { body } = await world.api.get('/api/plugins/installed');
  expect(body).toMatchObject({ plugins: [{ trust: { provenance: 'verified', builder: BUILDER } }] });
});

it.each<[string, (statement: object) => object, string]>([
  ['plugin-other', (said) => ours.bundle({ ...said, subject: [{ name: 'x' }] }, BUILDER), 'another package'],
  ['plugin-strange', (said) => strangers.bundle(said, BUILDER), 'certificate'],
  ['plugin-unlogged', (said) => ours.bundle(said, BUILDER, { unlogged: true }), 'provenance'],
  ['plugin-garbled', () => ({}), 'no statement'],
])('refuses %s by its rule, in the plan too, and fetches nothing of it', async (name, sign, cause) => {
  publish(name, sign);
  for (const body of [{ name, dryRun: true }, { name }]) {
    const answer = await world.install(body);
    expect([answer.status, answer.body.error.code]).toEqual([422, 'policy_refused']);
    expect(answer.body.error.message).toMatch(
      /^POLICY_REQUIRE_PROVENANCE refuses .*"invalid", not "verified"/,
    );
    expect(answer.body.error.message).toContain(cause);
  }
  expect(world.registry.requests.filter((path) => path.endsWith(`${name}-1.0.0.tgz`))).toEqual([]);
});

it('refuses what has no provenance by the same rule', async () => {
  world.registry.publish(answerer('1.0.0', { name: 'plugin-bare' }));
  const { status, body } = await world.install({ name: 'plugin-bare' });
  expect([status, body.error.message]).toEqual([422, expect.stringContaining('POLICY_REQUIRE_PROVENANCE')]);
});
