import type { Hook, PluginType } from '../protocol.js';
import type { Guest } from './guest.js';

interface Actions {
  adopt(revision: number): Promise<void>;
  discard(): Promise<void>;
}

/** A started plugin that is not live yet: exactly one of `adopt` and `discard` decides, the first one called. */
export class Candidate {
  private decided = false;

  constructor(
    private readonly guest: Guest,
    private readonly actions: Actions,
  ) {}

  get actualName(): string | null {
    return this.guest.loaded?.actualName ?? null;
  }

  get description(): string | null {
    return this.guest.loaded?.description ?? null;
  }

  get types(): PluginType[] {
    return this.guest.loaded?.types ?? [];
  }

  get hooks(): Hook[] {
    return this.guest.loaded?.hooks ?? [];
  }

  get hasCheck(): boolean {
    return this.guest.loaded?.hasCheck ?? false;
  }

  /** SHA-256 of the loaded file, hex. */
  get digest(): string {
    return this.guest.digest;
  }

  get initialised(): boolean {
    return this.guest.initialised;
  }

  /** Makes it the live one under `revision` and stops the one before; calls go to it at once. */
  async adopt(revision: number): Promise<void> {
    if (this.decide()) await this.actions.adopt(revision);
  }

  /** Stops it; whatever ran before runs on, or runs again. Does nothing after `adopt`. */
  async discard(): Promise<void> {
    if (this.decide()) await this.actions.discard();
  }

  private decide(): boolean {
    const first = !this.decided;
    this.decided = true;
    return first;
  }
}
