import type { StartMessage, ToGuest } from '../protocol.js';
import type { Channel } from './channel.js';
import { describeError } from './error-place.js';
import { loadJavaScript } from './javascript.adapter.js';
import { toJson, withoutProto } from './json-value.js';
import { Listeners } from './listeners.js';
import type { LoadedPlugin, LoadRequest } from './loaded-plugin.js';
import { runCheck } from './own-check.js';

/** Answers the host's messages for the one plugin of this process; every call gets exactly one result. */
export class Guest {
  private plugin: LoadedPlugin | null = null;
  private ready = false;
  private readonly listeners = new Listeners();
  /** Absolute path of the plugin's entry, once it is told. */
  private entry = '';

  constructor(private readonly channel: Pick<Channel, 'send' | 'sendResult' | 'finish'>) {}

  async receive(message: ToGuest): Promise<void> {
    switch (message.type) {
      case 'start':
        return this.start(message);
      case 'ping': {
        this.channel.send({ type: 'pong', id: message.id });
        return;
      }
      case 'hook':
        return this.answer(message.id, (plugin) => {
          if (!plugin.hooks.includes(message.hook)) throw new Error(`the plugin has no hook ${message.hook}`);
          return plugin.call(message.hook, message.payload);
        });
      case 'check':
        return this.answer(message.id, (plugin) => {
          if (!plugin.check) throw new Error('the plugin brings no test of its own');
          return runCheck(plugin.check);
        });
      case 'stop':
        return this.stop();
    }
  }

  /** Ends the process for an error that nobody caught. */
  fail(kind: string, error: unknown): void {
    const { message, stack } = describeError(error, this.entry);
    this.channel.finish({ type: 'failed', message: `${kind}: ${message}`, stack }, 1);
  }

  private async start(message: StartMessage): Promise<void> {
    this.entry = message.entry;
    try {
      for (const [key, value] of Object.entries(message.env)) process.env[key] = value;
      const plugin = await this.load(message);
      this.plugin = plugin;
      const { actualName, description, types, hooks } = plugin;
      const hasCheck = plugin.check !== null;
      this.channel.send({ type: 'loaded', actualName, description, types, hooks, hasCheck });
      if (message.initialise) await plugin.initialise(message.services);
      await this.listeners.settle();
      this.ready = message.initialise;
      const { addressInUse } = this.listeners;
      this.channel.send({ type: 'ready', initialised: message.initialise, addressInUse });
    } catch (error) {
      if (isUnplacedSyntaxError(error)) dieOf(error);
      else this.channel.finish({ type: 'failed', ...describeError(error, this.entry) }, 1);
    }
  }

  private async load({ format, entry, name, config }: StartMessage): Promise<LoadedPlugin> {
    const request: LoadRequest = {
      format,
      entry,
      name,
      config: withoutProto(config) as Record<string, unknown>,
      log: (level, line) => this.channel.send({ type: 'log', level, line }),
    };
    // Most plugins are JavaScript: what the others need is imported when one of them comes.
    return format === 'wasm'
      ? (await import('./wasm.adapter.js')).loadWasm(request)
      : loadJavaScript(request);
  }

  private async answer(id: number, run: (plugin: LoadedPlugin) => unknown): Promise<void> {
    try {
      if (!this.plugin || !this.ready) throw new Error('the plugin is not initialised');
      this.channel.sendResult(id, toJson(await run(this.plugin)));
    } catch (error) {
      this.channel.send({ type: 'result', id, ok: false, ...describeError(error, this.entry) });
    }
  }

  private async stop(): Promise<void> {
    try {
      if (this.ready) await this.plugin?.stop();
    } catch (error) {
      const { message, stack } = describeError(error, this.entry);
      for (const line of [`stop failed: ${message}`, ...stack])
        this.channel.send({ type: 'log', level: 'error', line });
    }
    this.channel.finish({ type: 'stopped' }, 0);
  }
}

/** Whether an ES module did not compile: Node then keeps the place to itself. */
function isUnplacedSyntaxError(error: unknown): error is SyntaxError {
  return error instanceof SyntaxError && describeError(error).stack.length === 0;
}

/**
 * Ends the process as Node ends one whose error nobody caught: only then it prints the file, the line and signs below
 * what is wrong, which the host reads.
 */
function dieOf(error: SyntaxError): void {
  process.removeAllListeners('uncaughtException');
  setImmediate(() => {
    throw error;
  });
}
