import type { TestRegistry } from './registry.js';

/** What `GET /api/plugins/core` says of one plugin. */
export interface CorePlugin {
  id: string;
  name: string;
  npmName: string;
  isCore: boolean;
  required: boolean;
  installed: boolean;
  loaded: boolean;
  enabled: boolean;
}

export interface CoreList {
  core: CorePlugin[];
  optionalCore: CorePlugin[];
  optional: CorePlugin[];
}

export const npmNameOf = (name: string): string => `@elizaos/plugin-${name}`;

/** Publishes a small agent plugin under the name of a core package. */
export function publishCore(registry: TestRegistry, name: string, version = '1.0.0'): void {
  registry.publish({
    name: npmNameOf(name),
    version,
    manifest: { type: 'module' },
    files: {
      'index.js': `export default { name: ${JSON.stringify(name)}, description: 'For tests', actions: [{ name: 'NOOP' }] };`,
    },
  });
}
