import type { CorePlugin } from './core-plugins.js';

/** What the module must be told at start. */
export interface CoreToggleOptions {
  plugins: readonly CorePlugin[];
}

/** Injection token. */
export const CORE_TOGGLE_OPTIONS = Symbol('core toggle options');
