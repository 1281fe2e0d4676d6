import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiskChores } from '../../platform/disk-chores.js';
import { PackageTools } from './package-tools.js';

/** Clears the store of packages of what no installed version uses any more. */
@Injectable()
export class PackageChores implements OnModuleInit {
  constructor(
    private readonly chores: DiskChores,
    private readonly tools: PackageTools,
  ) {}

  onModuleInit(): void {
    this.chores.define('package store', async () => (await this.tools.get()).builder.pruneStore());
  }
}
