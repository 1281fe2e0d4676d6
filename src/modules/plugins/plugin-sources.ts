import { Injectable } from '@nestjs/common';
import type { PluginSource } from './code-origin.js';
import type { PluginEntity } from './plugin.entity.js';

/** Where a plugin's code really is. */
export interface LocatedCode {
  /** Absolute path of a file or a directory. */
  path: string;
  /** Folders that the path must really lie in. */
  roots: string[];
  /** Expected SHA-256 of the file, 64 hex digits. */
  sha256?: string;
  /** JSON Schema of its settings that was given beside it; it goes before what the code says of itself. */
  configSchema?: Record<string, unknown>;
}

export type PluginAddress = Pick<PluginEntity, 'id' | 'source' | 'path' | 'checksum' | 'version' | 'npmName'>;

/** Finds a plugin's code and makes sure that it is what was put there. @throws AppError whatever is wrong with it */
export type Locate = (address: PluginAddress) => Promise<LocatedCode>;

/** Who finds the code of plugins that other modules put on record; complete before the first plugin is started. */
@Injectable()
export class PluginSources {
  private readonly locators = new Map<PluginSource, Locate>();

  define(source: PluginSource, locate: Locate): void {
    this.locators.set(source, locate);
  }

  find(source: PluginSource): Locate | undefined {
    return this.locators.get(source);
  }
}
