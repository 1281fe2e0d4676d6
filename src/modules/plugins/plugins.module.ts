import { type DynamicModule, Module } from '@nestjs/common';
import { HealthService } from '../../platform/health/health.service.js';
import { ReadyRoutes } from '../../platform/http/ready-routes.js';
import { BundledPlugins } from './bundled-plugins.js';
import { ConfigSchemas } from './settings/config-schemas.js';
import { Convergence } from './convergence.js';
import { FleetController } from './fleet.controller.js';
import { FleetService } from './fleet.service.js';
import { FleetWait } from './fleet-wait.js';
import { InstanceReports } from './instance-reports.js';
import { KnownPlugins } from './known-plugins.js';
import { NodeRuntime } from './node-runtime.js';
import { PluginCommits } from './plugin-commits.js';
import { PluginDrafts } from './plugin-drafts.js';
import { PluginInstalls } from './plugin-installs.js';
import { PluginInstanceRepository } from './plugin-instance.repository.js';
import { PluginLogsController } from './plugin-logs.controller.js';
import { PluginLogs } from './plugin-logs.service.js';
import { DownloadsInUse } from './downloads-in-use.js';
import { PluginProtection } from './plugin-protection.js';
import { PluginRepository } from './plugin.repository.js';
import { PluginSet } from './plugin-set.repository.js';
import { PluginSettings } from './plugin-settings.js';
import { PluginSources } from './plugin-sources.js';
import { PluginSpecs } from './plugin-specs.js';
import { PluginTryoutController } from './plugin-tryout.controller.js';
import { PluginTryout } from './plugin-tryout.service.js';
import { PluginWrites } from './plugin-writes.service.js';
import { PluginsController } from './plugins.controller.js';
import { PLUGINS_OPTIONS, type PluginsOptions } from './plugins.options.js';
import { PluginsService } from './plugins.service.js';
import { ProtectedNames } from './protected-names.js';
import { SecretDisclosure } from './secret-disclosure.js';
import { SecretRotation } from './secret-rotation.js';

/** The known plugins: what is wanted of them, their settings, and the processes that run them here. */
@Module({})
export class PluginsModule {
  constructor(ready: ReadyRoutes, known: KnownPlugins, health: HealthService, convergence: Convergence) {
    health.awaitPlugins(convergence.caughtUp);
    ready.add('/api/plugins', [PluginsController, 'listPlugins'], (_, query) => known.readyList(query));
    ready.add('/api/plugins/', [PluginsController, 'getPlugin'], (x, query) =>
      query === '' ? known.readyOne(x) : null,
    );
  }

  static of(options: PluginsOptions): DynamicModule {
    return {
      module: PluginsModule,
      controllers: [FleetController, PluginLogsController, PluginsController, PluginTryoutController],
      providers: [
        { provide: PLUGINS_OPTIONS, useValue: options },
        BundledPlugins,
        ConfigSchemas,
        Convergence,
        FleetService,
        FleetWait,
        InstanceReports,
        KnownPlugins,
        NodeRuntime,
        PluginCommits,
        PluginDrafts,
        PluginInstalls,
        PluginInstanceRepository,
        PluginLogs,
        DownloadsInUse,
        PluginProtection,
        PluginRepository,
        PluginSet,
        PluginSettings,
        PluginSources,
        PluginSpecs,
        PluginTryout,
        PluginWrites,
        PluginsService,
        ProtectedNames,
        SecretDisclosure,
        SecretRotation,
      ],
      exports: [
        ConfigSchemas,
        FleetWait,
        NodeRuntime,
        PluginInstalls,
        PluginProtection,
        PluginSet,
        PluginSources,
        PluginWrites,
        PluginsService,
        ProtectedNames,
      ],
    };
  }
}
