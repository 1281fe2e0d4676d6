export { InstallationService } from './installation.service.js';
export { InstallationModule } from './installation.module.js';
export { isPackageName } from './packages/package-name.js';
export { EjectedCopyEntity } from './ejected-copy.entity.js';
export { InstalledVersionEntity } from './installed-version.entity.js';
export { RetainedSettingsEntity } from './retained-settings.entity.js';
