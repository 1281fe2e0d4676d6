import type { Socket } from 'node:net';
import {
  decodeFromGuest,
  encode,
  hasTooManyValues,
  MAX_LINE_BYTES,
  type ToGuest,
  type ToHost,
} from '../protocol.js';
import { isTooDeep } from './depth.js';
import { PayloadTooLarge } from './errors.js';
import { ByteLines } from './lines.js';
import { Throttle } from './throttle.js';

const UNASKED_BYTES_PER_SECOND = 2 ** 20;
/** A short message costs about as much to handle as this many bytes. */
const LEAST_COST = 512;

interface Listener {
  /** Returns whether the message was an answer that was waited for: those are not rationed. */
  onMessage(message: ToHost): boolean;
  /** The guest broke the rules of the channel and must go. */
  onViolation(cause: string): void;
}

/** The host's end of the socket pair: nothing that arrives here can throw, block or fill memory. */
export class Channel {
  private readonly throttle = new Throttle(UNASKED_BYTES_PER_SECOND);
  private closed = false;

  constructor(
    private readonly socket: Socket,
    private readonly listener: Listener,
  ) {
    const lines = new ByteLines(
      MAX_LINE_BYTES,
      (line) => this.receive(line),
      () => this.violation('sent a malformed message (too long)'),
    );
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      if (!this.closed) lines.push(chunk);
    });
  }

  /** True while the host itself is not reading, so that silence is not the guest's. */
  get isPaused(): boolean {
    return this.throttle.isPausing;
  }

  /** @throws PayloadTooLarge when the line would be longer than the guest accepts */
  send(message: ToGuest): void {
    const line = encode(message);
    if (Buffer.byteLength(line) > MAX_LINE_BYTES) throw new PayloadTooLarge(MAX_LINE_BYTES);
    if (this.closed || !this.socket.writable) return;
    this.socket.write(line);
    if (this.socket.writableLength > 2 * MAX_LINE_BYTES) this.violation('stopped reading its messages');
  }

  /** Nothing that still arrives is heard: the guest is about to be ended. */
  mute(): void {
    this.closed = true;
  }

  close(): void {
    this.mute();
    this.throttle.release();
    this.socket.destroy();
  }

  private receive(line: string): void {
    if (this.closed) return;
    // Before it is parsed, which is what takes long.
    if (hasTooManyValues(line)) return this.violation('sent a malformed message (too many values)');
    const message = decodeFromGuest(line);
    if (!message || (message.type === 'result' && message.ok && isTooDeep(message.value)))
      return this.violation('sent a malformed message');
    if (this.listener.onMessage(message)) return;
    if (!this.throttle.take(Math.max(LEAST_COST, line.length))) this.throttle.pause(this.socket);
  }

  private violation(cause: string): void {
    if (this.closed) return;
    this.closed = true;
    this.listener.onViolation(cause);
  }
}
