import { Initial1768464000000 } from './0001-initial.js';

/** Every migration, oldest first. One that has been released is never changed. */
export const MIGRATIONS = [Initial1768464000000];
