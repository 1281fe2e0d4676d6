import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import type { Logger } from 'pino';
import type { Config } from '../../config.js';
import { Metrics } from '../../platform/metrics/metrics.service.js';
import { Nodes } from '../../platform/nodes/nodes.service.js';
import { CONFIG, LOG } from '../../platform/tokens.js';
import { PluginRuntime, sweepOrphans } from '../../runtime/host/index.js';
import { InstanceReports } from './instance-reports.js';
import { PLUGINS_OPTIONS, type PluginsOptions } from './plugins.options.js';

/** First of the operating system's users that guests run as where the server is root. */
const GUEST_UID_BASE = 50_000;
const HEARTBEAT_MS = 5_000;
/** Longest wait of a spare process for its plugin, in milliseconds. */
const KEEP_SPARE_MS = 600_000;
/** A script that goes through many plugins leaves less than this between two changes, in milliseconds. */
const QUIET_MS = 100;

/** The plugins that run on this node. Every change of one is reported, counted and logged here. */
@Injectable()
export class NodeRuntime
  extends PluginRuntime
  implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown
{
  constructor(
    @Inject(PLUGINS_OPTIONS) private readonly plugins: PluginsOptions,
    @Inject(CONFIG) config: Config,
    private readonly metrics: Metrics,
    private readonly reports: InstanceReports,
    nodes: Nodes,
    @Inject(LOG) log: Logger,
  ) {
    super({
      dataDir: plugins.dataDir,
      guestProgram: plugins.guestProgram,
      environment: plugins.guestEnvironment,
      uidBase: GUEST_UID_BASE,
      network: config.GUEST_NETWORK,
      spares: { most: config.GUEST_SPARES, keepMs: KEEP_SPARE_MS },
      quietMs: QUIET_MS,
      limits: {
        heapMb: config.GUEST_HEAP_MB,
        memoryMb: config.GUEST_MEMORY_MB,
        startMs: config.GUEST_START_TIMEOUT,
        callMs: config.GUEST_CALL_TIMEOUT,
        stopMs: config.GUEST_STOP_TIMEOUT,
        heartbeatMs: HEARTBEAT_MS,
      },
      earlierExit: (pluginId) => reports.earlierExit(pluginId),
      onChange: (pluginId, actual) => {
        const { status, error } = actual;
        if (status === 'error') log.warn({ pluginId, error }, 'plugin failed');
        else log.debug({ pluginId, status }, 'plugin changed');
        if (status === 'error') metrics.guestFailures.inc();
        reports.add(pluginId, actual);
      },
    });
    nodes.on('back', () => {
      for (const pluginId of this.pluginIds()) reports.add(pluginId, this.actual(pluginId));
    });
  }

  async onModuleInit(): Promise<void> {
    await sweepOrphans(this.plugins.dataDir);
    this.metrics.countPlugins = () => this.countByStatus();
  }

  /** Passes that stop a plugin are waited for before requests are. */
  beforeApplicationShutdown(): void {
    this.hasten();
  }

  /** Comes after the last request has been answered. */
  async onApplicationShutdown(): Promise<void> {
    await this.stopAll();
    await this.reports.flush();
  }

  override async callHook(
    ...call: Parameters<PluginRuntime['callHook']>
  ): ReturnType<PluginRuntime['callHook']> {
    const started = performance.now();
    const observe = (outcome: string): void =>
      this.metrics.hookSeconds.observe({ outcome }, (performance.now() - started) / 1000);
    try {
      const answer = await super.callHook(...call);
      observe('ok');
      return answer;
    } catch (error) {
      observe('failed');
      throw error;
    }
  }

  private countByStatus(): void {
    const { plugins } = this.metrics;
    plugins.reset();
    for (const id of this.pluginIds()) plugins.inc({ status: this.actual(id).status });
  }
}
