import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import type { Logger } from 'pino';
import { DiskChores } from '../disk-chores.js';
import { FleetSchedule } from '../schedule/fleet-schedule.js';
import { LOG } from '../tokens.js';
import { ArtifactStore } from './artifact-store.js';

const EVERY_MS = 3_600_000;

/** Sees to it that the fleet keeps what is on record, where any server has it, and nothing else. */
@Injectable()
export class SharedFilesUpkeep implements OnModuleInit, OnApplicationBootstrap {
  constructor(
    private readonly artifacts: ArtifactStore,
    private readonly schedule: FleetSchedule,
    private readonly chores: DiskChores,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  onModuleInit(): void {
    this.schedule.every('shared files', EVERY_MS, () => this.artifacts.pruneShared());
    this.chores.define('shared files', () => this.artifacts.shareMissing());
  }

  /** What this server had before there was a place to keep it. */
  onApplicationBootstrap(): void {
    this.artifacts
      .shareMissing()
      .catch((error: unknown) => this.log.warn({ err: error }, 'files could not be kept for other servers'));
  }
}
