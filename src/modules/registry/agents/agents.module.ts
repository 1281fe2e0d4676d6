import { type DynamicModule, Module } from '@nestjs/common';

/** Agents that report to this server, and this server reporting to another. */
@Module({})
export class AgentsModule {
  /** @param plugins the very module that the application imports */
  static of(plugins: DynamicModule): DynamicModule {
    return { module: AgentsModule, imports: [plugins] };
  }
}
