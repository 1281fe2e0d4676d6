import { type DynamicModule, Module } from '@nestjs/common';

/** What is published here: versions of plugins, their artifacts, and whether those are what they claim. */
@Module({})
export class ArtifactsModule {
  /** @param catalog the very module that the registry imports */
  static of(catalog: DynamicModule): DynamicModule {
    return { module: ArtifactsModule, imports: [catalog] };
  }
}
