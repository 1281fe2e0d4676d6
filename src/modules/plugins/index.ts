export { PluginEntity } from './plugin.entity.js';
export { PluginInstanceEntity } from './plugin-instance.entity.js';
export { PluginsModule } from './plugins.module.js';
export type { PluginsOptions } from './plugins.options.js';
export { openPluginFolders } from './plugin-folders.js';
