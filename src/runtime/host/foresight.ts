import type { Placed } from './guest-spec.js';

/**
 * Guesses which plugins are started next: those that were changed or tried last. Nothing is done about it while
 * changes go on, so that a script which goes through many plugins is not slowed down by a process for each.
 */
export class Foresight {
  /** Newest last. */
  private readonly next = new Map<string, Placed>();
  private timer: NodeJS.Timeout | null = null;
  private acting: Promise<unknown> = Promise.resolve();

  /**
   * @param most plugins to guess
   * @param quietMs time without a change after which they are acted on, in milliseconds
   */
  constructor(
    private readonly most: number,
    private readonly quietMs: number,
    private readonly runtime: {
      /** Whether changes are being made. */
      isBusy(): boolean;
      /** Must not reject. */
      act(placed: Placed): Promise<void>;
    },
  ) {}

  /** The plugin was changed or tried. */
  note({ pluginId, slot, path, roots }: Placed): void {
    this.next.delete(pluginId);
    this.next.set(pluginId, { pluginId, slot, path, roots });
    this.wait();
  }

  /** Forgets what it has guessed; resolves when nothing is done about it any more. */
  async stop(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    await this.acting;
  }

  private wait(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => this.actOnAll(), this.quietMs).unref();
  }

  private actOnAll(): void {
    if (this.runtime.isBusy()) return this.wait();
    const guessed = this.most > 0 ? [...this.next.values()].slice(-this.most) : [];
    this.next.clear();
    this.acting = Promise.all([this.acting, ...guessed.map((placed) => this.runtime.act(placed))]);
  }
}
