import type { Server } from 'node:http';
import type { Socket } from 'node:net';

export interface ConnectionLimits {
  /** Most connections that are open at the same time. */
  connections: number;
  /** Longest time that a client may take nothing of what was sent to it, in milliseconds. */
  stallMs: number;
}

/** How often room is made at most; looking at all connections for each new one would be a gift to a flood. */
const MAKE_ROOM_MS = 100;
/** A connection that carried nothing for so long gives way to one that may, in milliseconds. */
const SILENT_MS = 1_000;
const CHECKS_PER_STALL = 4;

interface Progress {
  openedAt: number;
  /** Bytes sent and bytes that wait, as they last were; they stand still while the client takes nothing. */
  sent: number;
  waiting: number;
  since: number;
}

/** The open connections of a server: so many at most, and none whose client takes no answers. */
export class Connections {
  private readonly open = new Map<Socket, Progress>();
  private readonly timer: NodeJS.Timeout;
  private madeRoomAt = -MAKE_ROOM_MS;

  constructor(
    private readonly server: Server,
    private readonly limits: ConnectionLimits,
  ) {
    server.on('connection', (socket) => this.add(socket));
    this.timer = setInterval(() => this.cutStalled(), limits.stallMs / CHECKS_PER_STALL).unref();
    server.once('close', () => clearInterval(this.timer));
  }

  /** Ends connections that have not carried a byte for `ms`; Node does not count them as idle. */
  closeSilent(ms = 0): void {
    const before = performance.now() - ms;
    for (const [socket, { openedAt }] of this.open)
      if (socket.bytesRead === 0 && openedAt <= before) socket.destroy();
  }

  private add(socket: Socket): void {
    const now = performance.now();
    if (this.open.size >= this.limits.connections && !this.makeRoom(now)) return void socket.destroy();
    this.open.set(socket, { openedAt: now, sent: 0, waiting: 0, since: now });
    socket.once('close', () => this.open.delete(socket));
  }

  /** Silent and idle connections give way. Answers whether there is room now. */
  private makeRoom(now: number): boolean {
    if (now - this.madeRoomAt < MAKE_ROOM_MS) return false;
    this.madeRoomAt = now;
    this.closeSilent(SILENT_MS);
    this.server.closeIdleConnections();
    for (const socket of this.open.keys()) if (socket.destroyed) this.open.delete(socket);
    return this.open.size < this.limits.connections;
  }

  private cutStalled(): void {
    const now = performance.now();
    for (const [socket, progress] of this.open) {
      const { bytesWritten: sent, writableLength: waiting } = socket;
      if (waiting === 0 || sent !== progress.sent || waiting !== progress.waiting)
        Object.assign(progress, { sent, waiting, since: now });
      else if (now - progress.since >= this.limits.stallMs) socket.destroy();
    }
  }
}
