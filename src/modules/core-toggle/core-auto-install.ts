import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Logger } from 'pino';
import type { Config } from '../../config.js';
import { SYSTEM } from '../../platform/http/request.js';
import { CONFIG, LOG } from '../../platform/tokens.js';
import { InstallationService } from '../installation/index.js';
import { CoreCatalogue } from './core-catalogue.js';

/** Installs required core plugins that are missing, beside the start; what fails is tried at the next one. */
@Injectable()
export class CoreAutoInstall implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private stopping = false;

  constructor(
    private readonly catalogue: CoreCatalogue,
    private readonly installation: InstallationService,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.CORE_AUTO_INSTALL) void this.installMissing();
  }

  beforeApplicationShutdown(): void {
    this.stopping = true;
  }

  private async installMissing(): Promise<void> {
    try {
      const missing = (await this.catalogue.states()).filter(({ required, plugin }) => required && !plugin);
      await Promise.all(missing.map(({ npmName }) => this.install(npmName)));
    } catch (error) {
      this.tell(error, 'the core plugins cannot be listed');
    }
  }

  private async install(name: string): Promise<void> {
    try {
      const { message } = await this.installation.finish(await this.installation.begin(SYSTEM, { name }));
      this.log.info({ package: name }, message);
    } catch (error) {
      this.tell(error, `${name} was not installed; the next start tries again`);
    }
  }

  private tell(error: unknown, message: string): void {
    if (this.stopping) return;
    this.log.warn({ cause: error instanceof Error ? error.message : String(error) }, message);
  }
}
