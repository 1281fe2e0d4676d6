export { InstallationModule } from './installation.module.js';
export { InstalledVersionEntity } from './installed-version.entity.js';
export { RetainedSettingsEntity } from './retained-settings.entity.js';
