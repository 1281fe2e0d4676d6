export { type DataFolder, openDataFolder } from './data-folder.js';
export { codeOf, DataFolderError } from './data-folder.errors.js';
export { pidExists } from './process-identity.js';
export { isRoot } from './reachable.js';
export { secretFile, syncFolder } from './secret-file.js';
