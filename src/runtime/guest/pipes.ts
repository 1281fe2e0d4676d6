import { Socket } from 'node:net';
import { resolve, sep } from 'node:path';

/** Node's handle of a Unix socket, as far as it makes files. */
interface Pipe {
  bind: (path: string) => number;
}

/**
 * Keeps Unix sockets to the plugin's own folder, the one it works in: a socket that listens is a file, and the
 * permission model does not ask where it is made. The handle's own method is wrapped, for whatever listens ends there,
 * and any server hands its handle out.
 */
export function confinePipes(): void {
  const prototype = pipePrototype();
  const folder = process.cwd() + sep;
  const { bind } = prototype;
  const confined = function (this: Pipe, path: unknown): number {
    // Made a text once: what is looked at is what is used. An abstract address is no file.
    const name = String(path);
    if (!name.startsWith('\0') && !resolve(name).startsWith(folder))
      throw Object.assign(new Error('A plugin listens on sockets in its own folder only'), {
        code: 'ERR_ACCESS_DENIED',
      });
    return Reflect.apply(bind, this, [name]);
  };
  Object.defineProperty(prototype, 'bind', {
    value: Object.freeze(confined),
    writable: false,
    configurable: false,
  });
}

/** A socket has its handle as soon as it begins to connect; to what does not matter. */
function pipePrototype(): Pipe {
  const socket = new Socket().on('error', () => undefined);
  socket.connect({ path: 'none' });
  const { _handle: handle } = socket as unknown as { _handle: Pipe };
  socket.destroy();
  return Object.getPrototypeOf(handle) as Pipe;
}
