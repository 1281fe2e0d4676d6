/**
 * Writes anew the catalogue that comes with the server: `node scripts/embedded-catalog.mjs [NAME ...]` asks the npm
 * registry that npm is configured for about the packages that the catalogue names, and about those given. What the
 * registry does not know any more is left out.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import npmFetch from 'npm-registry-fetch';
import semver from 'semver';

const FILE = fileURLToPath(
  new URL('../src/modules/registry/catalog/sources/embedded-catalog.json', import.meta.url),
);
const CORE = '@elizaos/core';
const AT_ONCE = 8;

const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
const names = new Set([...known(), ...process.argv.slice(2)]);
const queue = [...names].sort();
const found = [];
await Promise.all(Array.from({ length: AT_ONCE }, work));
found.sort((a, b) => (a.name < b.name ? -1 : 1));
const lines = found.map((one) => JSON.stringify(one)).join(',\n');
writeFileSync(FILE, `{"date":"${new Date().toISOString().slice(0, 10)}","packages":[\n${lines}\n]}\n`);
console.log(`${found.length} of ${names.size} packages are on the registry.`);

function known() {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')).packages.map(({ name }) => name);
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

async function work() {
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const document = await npmFetch.json(`/${name.replace('/', '%2f')}`, { registry }).catch((error) => {
      if (error.statusCode === 404) return null;
      throw error;
    });
    if (document?.['dist-tags']?.latest) found.push(describe(document));
  }
}

/** What the manifest of the newest version says; what is undefined is not written. */
function describe({ name, versions, 'dist-tags': { latest } }) {
  const { description, keywords = [], author, license, homepage, repository } = versions[latest];
  return {
    ...{ name, description: description || undefined, license, homepage },
    keywords: keywords.length > 0 ? keywords : undefined,
    author: typeof author === 'string' ? author.replace(/\s*[<(].*$/, '') : author?.name,
    repository: typeof repository === 'string' ? repository : repository?.url,
    generations: generationsOf(versions),
  };
}

/** The newest version of each generation of the framework, a prerelease only where there is nothing else. */
function generationsOf(versions) {
  const isFinal = (version) => Number(semver.prerelease(version) === null);
  const oldestFirst = Object.keys(versions).sort((a, b) => isFinal(a) - isFinal(b) || semver.compare(a, b));
  const generations = {};
  for (const version of oldestFirst) {
    const { dependencies, peerDependencies, deprecated } = versions[version];
    if (deprecated || semver.major(version) > 2) continue;
    generations[`v${semver.major(version)}`] = {
      version,
      core: peerDependencies?.[CORE] ?? dependencies?.[CORE],
    };
  }
  return generations;
}
