import { createRequire } from 'node:module';
import type * as Git from 'isomorphic-git';

const require = createRequire(import.meta.url);
let loaded: typeof Git | undefined;

/** isomorphic-git, loaded when it is first used: most servers never eject a package, and all of them start. */
export const git = new Proxy({} as typeof Git, {
  get: (_, name): unknown =>
    Reflect.get((loaded ??= require('isomorphic-git') as NonNullable<typeof loaded>), name),
});
