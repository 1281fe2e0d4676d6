/** The plugins that are being started, each as many times as it is. */
export class Loading {
  private readonly counts = new Map<string, number>();

  /** @param onChange told of every beginning and every end */
  constructor(private readonly onChange: () => void) {}

  get size(): number {
    return this.counts.size;
  }

  has(pluginId: string): boolean {
    return this.counts.has(pluginId);
  }

  begin(pluginId: string): void {
    this.count(pluginId, 1);
  }

  end(pluginId: string): void {
    this.count(pluginId, -1);
  }

  private count(pluginId: string, change: 1 | -1): void {
    const count = (this.counts.get(pluginId) ?? 0) + change;
    if (count > 0) this.counts.set(pluginId, count);
    else this.counts.delete(pluginId);
    this.onChange();
  }
}
