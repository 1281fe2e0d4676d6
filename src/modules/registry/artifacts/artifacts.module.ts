import { type DynamicModule, Module } from '@nestjs/common';
import { ArtifactDownloads } from './artifact-downloads.service.js';
import { ArtifactFiles } from './artifact-files.js';
import { PublishedFiles } from './published-files.js';
import { ArtifactLedger } from './artifact-ledger.js';
import { ArtifactListing } from './artifact-listing.service.js';
import { ArtifactPublishing } from './artifact-publishing.service.js';
import { ArtifactVerdicts } from './artifact-verdicts.js';
import { ArtifactVerification } from './artifact-verification.job.js';
import { ArtifactsController } from './artifacts.controller.js';
import { PublishedArtifactRepository } from './published-artifact.repository.js';
import { PublishedArtifacts } from './published-artifacts.js';
import { PublishedNamesController } from './published-names.controller.js';
import { PublishedNames } from './published-names.js';

/** What is published here: versions of plugins, their artifacts, and whether those are what they claim. */
@Module({})
export class ArtifactsModule {
  /** @param imports the very modules of plugins and catalog that the registry imports */
  static of(imports: DynamicModule[]): DynamicModule {
    return {
      module: ArtifactsModule,
      imports,
      controllers: [ArtifactsController, PublishedNamesController],
      providers: [
        ArtifactDownloads,
        ArtifactFiles,
        PublishedFiles,
        ArtifactLedger,
        ArtifactListing,
        ArtifactPublishing,
        ArtifactVerdicts,
        ArtifactVerification,
        PublishedArtifactRepository,
        PublishedArtifacts,
        PublishedNames,
      ],
      exports: [PublishedArtifacts],
    };
  }
}
