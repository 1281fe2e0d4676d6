import { type DynamicModule, Module } from '@nestjs/common';
import { ArtifactBuilds } from './artifact-builds.js';
import { ArtifactsInUse } from './artifacts-in-use.js';
import { BackgroundChanges } from './background-changes.js';
import { EjectedBuilds } from './ejected-builds.js';
import { EjectedCode } from './ejected-code.js';
import { EjectedCopies } from './ejected-copies.js';
import { EjectedCopyRepository } from './ejected-copy.repository.js';
import { EjectedController } from './ejected.controller.js';
import { EjectedFolders } from './ejected-folders.js';
import { EjectedPlaces } from './ejected-places.js';
import { EjectedRecovery } from './ejected-recovery.js';
import { EjectedSavedBuilds } from './ejected-saved-builds.js';
import { EjectedScript } from './ejected-script.js';
import { EjectedService } from './ejected.service.js';
import { EjectedSync } from './ejected-sync.service.js';
import { EjectedUpstream } from './ejected-upstream.js';
import { InstallJob } from './install.job.js';
import { InstallPlans } from './install-plan.service.js';
import { InstallationController } from './installation.controller.js';
import { INSTALLATION_OPTIONS, type InstallationOptions } from './installation.options.js';
import { InstallationRecords } from './installation-records.js';
import { InstallationService } from './installation.service.js';
import { InstalledPackages } from './installed-packages.service.js';
import { InstalledVersionRepository } from './installed-version.repository.js';
import { NeededPackages } from './needed-packages.js';
import { PackageChores } from './package-chores.js';
import { PackageCode } from './package-code.js';
import { PackageTools } from './package-tools.js';
import { SyncJob } from './sync.job.js';
import { VersionShelf } from './version-shelf.js';
import { WantedPackages } from './wanted-package.js';

/** npm packages in and out: installed, checked, rolled back. */
@Module({})
export class InstallationModule {
  /** @param others the very modules of plugins and registry that the application imports */
  static of(others: DynamicModule[], options: InstallationOptions): DynamicModule {
    return {
      module: InstallationModule,
      imports: others,
      controllers: [EjectedController, InstallationController],
      providers: [
        { provide: INSTALLATION_OPTIONS, useValue: options },
        ArtifactBuilds,
        ArtifactsInUse,
        BackgroundChanges,
        EjectedBuilds,
        EjectedCode,
        EjectedCopies,
        EjectedCopyRepository,
        EjectedFolders,
        EjectedPlaces,
        EjectedRecovery,
        EjectedSavedBuilds,
        EjectedScript,
        EjectedService,
        EjectedSync,
        EjectedUpstream,
        InstallJob,
        InstallPlans,
        InstallationRecords,
        InstallationService,
        InstalledPackages,
        InstalledVersionRepository,
        NeededPackages,
        PackageChores,
        PackageCode,
        PackageTools,
        SyncJob,
        VersionShelf,
        WantedPackages,
      ],
      exports: [InstallationService],
    };
  }
}
