export { AuthModule } from './auth.module.js';
export { TokenRevocationEntity } from './token-revocation.entity.js';
export { keysUnavailable, TokenKeys } from './token-keys.js';
export { VirtualKeyEntity } from './virtual-key.entity.js';
