import { readFile } from 'node:fs/promises';
import { ConfigError } from '../../config.js';
import { isPackageName } from '../installation/index.js';

/** A plugin that agents are built on. */
export interface CorePlugin {
  /** Short name, as consoles show it. */
  readonly name: string;
  readonly npmName: string;
  /** Whether agents cannot do without it: then it is neither disabled nor removed. */
  readonly required: boolean;
}

const BUILT_IN: readonly CorePlugin[] = [
  ...['bootstrap', 'knowledge', 'sql'].map((name) => elizaPlugin(name, true)),
  elizaPlugin('secrets-manager', false),
];

const NAME = /^[a-z0-9][a-z0-9._-]{0,99}$/;

/**
 * The core plugins that the server was told of.
 * @param file path of a JSON file; empty: the built-in list
 * @throws ConfigError
 */
export async function readCorePlugins(file: string): Promise<readonly CorePlugin[]> {
  if (file === '') return BUILT_IN;
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new ConfigError(`CORE_PLUGINS_FILE: ${file} cannot be read (${causeOf(error)})`);
  });
  return parseCorePlugins(text);
}

/** @throws ConfigError with one line per problem */
export function parseCorePlugins(text: string): CorePlugin[] {
  const items = parseList(text);
  const problems = items.flatMap((item, index) =>
    problemsOf(item).map((problem) => `CORE_PLUGINS_FILE: [${index}] ${problem}`),
  );
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  const plugins = (items as CorePlugin[]).map(({ name, npmName, required }) => ({ name, npmName, required }));
  refuseTwins(plugins.map(({ name }) => name));
  refuseTwins(plugins.map(({ npmName }) => npmName));
  return plugins;
}

function parseList(text: string): unknown[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`CORE_PLUGINS_FILE is not valid JSON: ${(error as Error).message}`);
  }
  if (Array.isArray(list)) return list;
  throw new ConfigError('CORE_PLUGINS_FILE must hold a list: [{"name":"…","npmName":"…","required":true}]');
}

function problemsOf(item: unknown): string[] {
  if (typeof item !== 'object' || item === null || Array.isArray(item))
    return ['must be an object {"name","npmName","required"}'];
  const { name, npmName, required } = item as Record<string, unknown>;
  const problems: [wrong: boolean, message: string][] = [
    [
      typeof name !== 'string' || !NAME.test(name),
      'name must have 1 to 100 lower-case letters, digits or . _ - and start with a letter or digit',
    ],
    [
      typeof npmName !== 'string' || !isPackageName(npmName),
      'npmName must be the name of an npm package, such as "@scope/plugin"',
    ],
    [typeof required !== 'boolean', 'required must be true or false'],
  ];
  return problems.flatMap(([wrong, message]) => (wrong ? [message] : []));
}

function refuseTwins(names: readonly string[]): void {
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin !== undefined) throw new ConfigError(`CORE_PLUGINS_FILE lists "${twin}" twice`);
}

function elizaPlugin(name: string, required: boolean): CorePlugin {
  return { name, npmName: `@elizaos/plugin-${name}`, required };
}

function causeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
