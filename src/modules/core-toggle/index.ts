export { readCorePlugins } from './core-plugins.js';
export { CoreToggleModule } from './core-toggle.module.js';
export type { CoreToggleOptions } from './core-toggle.options.js';
