import { isReserved } from './plugin-name.js';
import type { WantedView } from './plugin-view.js';
import type { PluginHead } from './plugin.repository.js';

/** A plugin as it is wanted, and the row it was read from. */
interface WantedPlugin {
  head: PluginHead;
  view: WantedView;
}

/** All plugins as they are wanted. */
export class WantedPlugins {
  /** In the order that JavaScript compares texts in, as cursors do; databases have collations of their own. */
  readonly views: readonly WantedView[];
  private readonly plugins: ReadonlyMap<string, WantedPlugin>;
  private readonly named = new Map<string, WantedView>();

  constructor(plugins: readonly WantedPlugin[]) {
    this.plugins = new Map(plugins.map((plugin) => [plugin.view.id, plugin]));
    this.views = plugins.map(({ view }) => view).sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const key of ['id', 'name'] as const) for (const view of this.views) this.call(view, view[key]);
    // A file of somebody's own may claim any npm name; the package that really is installed goes first.
    const files = this.views.filter(({ source }) => source === 'path');
    const packages = this.views.filter(({ source }) => source !== 'path');
    for (const view of [...packages, ...files]) this.call(view, view.npmName);
  }

  /** The same with some of them read again; one that is gone by now is not among `plugins`. */
  with(ids: readonly string[], plugins: readonly WantedPlugin[]): WantedPlugins {
    const again = new Set(ids);
    const others = [...this.plugins.values()].filter(({ view }) => !again.has(view.id));
    return new WantedPlugins([...others, ...plugins]);
  }

  /** The plugin that a path segment names: by its id, else its display name, else its npm name. */
  find(segment: string): WantedView | null {
    return this.named.get(segment) ?? null;
  }

  /** Ids of those that are not as in `heads`, or only on one side. */
  differences(heads: readonly PluginHead[]): string[] {
    const others = new Map(heads.map((head) => [head.id, head]));
    const ids = new Set([...others.keys(), ...this.plugins.keys()]);
    return [...ids].filter((id) => !isSame(others.get(id), this.plugins.get(id)?.head));
  }

  /** Whether the plugin is known, just as `head` has it. */
  isAt(head: PluginHead): boolean {
    return isSame(head, this.plugins.get(head.id)?.head);
  }

  /** The revision of a plugin that is known. */
  revisionOf(id: string): number | undefined {
    return this.plugins.get(id)?.head.revision;
  }

  private call(view: WantedView, name: string | null): void {
    if (name !== null && !this.named.has(name) && !isReserved(name)) this.named.set(name, view);
  }
}

function isSame(one: PluginHead | undefined, other: PluginHead | undefined): boolean {
  return one?.slot === other?.slot && one?.revision === other?.revision;
}
