import { Initial1768464000000 } from './0001-initial.js';
import { Jobs1768550400000 } from './0002-jobs.js';
import { Installation1768636800000 } from './0003-installation.js';
import { Catalog1768723200000 } from './0004-catalog.js';
import { Search1768809600000 } from './0005-search.js';
import { Artifacts1768896000000 } from './0006-artifacts.js';
import { Schedule1768982400000 } from './0007-schedule.js';
import { Nodes1768986000000 } from './0008-nodes.js';
import { Agents1769068800000 } from './0009-agents.js';
import { RateLimits1769155200000 } from './0010-rate-limits.js';
import { Fleet1769241600000 } from './0011-fleet.js';
import { CatalogPublished1769245200000 } from './0012-catalog-published.js';
import { Owners1769248800000 } from './0013-owners.js';
import { TokenRevocation1769418000000 } from './0014-token-revocation.js';
import { WithheldSecrets1769504400000 } from './0015-withheld-secrets.js';
import { PluginExits1769590800000 } from './0016-plugin-exits.js';

/** Every migration, oldest first. One that has been released is never changed. */
export const MIGRATIONS = [
  Initial1768464000000,
  Jobs1768550400000,
  Installation1768636800000,
  Catalog1768723200000,
  Search1768809600000,
  Artifacts1768896000000,
  Schedule1768982400000,
  Nodes1768986000000,
  Agents1769068800000,
  RateLimits1769155200000,
  Fleet1769241600000,
  CatalogPublished1769245200000,
  Owners1769248800000,
  TokenRevocation1769418000000,
  WithheldSecrets1769504400000,
  PluginExits1769590800000,
];
