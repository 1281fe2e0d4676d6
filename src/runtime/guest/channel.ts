import type { Socket } from 'node:net';
import {
  encode,
  hasTooManyValues,
  MAX_LINE_BYTES,
  MAX_VALUES,
  type ToGuest,
  type ToHost,
} from '../protocol.js';
import { LineSplitter } from './line-splitter.js';

/** Unsent bytes beyond which log lines are dropped: a plugin that logs in a loop must not fill memory. */
const LOG_BACKLOG_BYTES = 2 ** 20;
/** How long the last message may take to leave, in milliseconds, when the host has stopped reading. */
const FLUSH_LIMIT_MS = 1_000;

/** Unlike `process.exit` runs nothing that a plugin has registered. Taken before a plugin may replace it. */
const reallyExit = (process as unknown as { reallyExit(code: number): void }).reallyExit.bind(process);

/**
 * The guest's end of the socket pair to its host. The socket is private: plugin code can at worst open the
 * same descriptor itself, and then the host distrusts what it reads.
 */
export class Channel {
  readonly #socket: Socket;
  readonly #lines = new LineSplitter(MAX_LINE_BYTES);
  #droppedLogs = 0;
  #finished = false;

  /** @param receive called for each message of the host, in order */
  constructor(socket: Socket, receive: (message: ToGuest) => void) {
    this.#socket = socket;
    this.#socket.on('data', (chunk: Buffer) => {
      for (const line of this.#lines.push(chunk)) receive(JSON.parse(line) as ToGuest);
    });
    // Without a host there is nobody to serve, and nobody left to stop this process.
    this.#socket.on('error', () => reallyExit(1));
    this.#socket.on('close', () => reallyExit(1));
  }

  send(message: ToHost): void {
    if (message.type === 'log' && !this.#hasRoomForLogs()) return;
    this.#write(encode(message));
  }

  /**
   * Answers a call with a value that is JSON text already, so that it is not built twice.
   * @param json JSON text without newlines, as JSON.stringify writes it
   */
  sendResult(id: number, json: string): void {
    const line = `{"type":"result","id":${id},"ok":true,"value":${json}}\n`;
    if (Buffer.byteLength(line) > MAX_LINE_BYTES) {
      const message = `the answer is longer than ${MAX_LINE_BYTES} bytes`;
      return this.send({ type: 'result', id, ok: false, message, stack: [] });
    }
    if (hasTooManyValues(line)) {
      const message = `the answer has more than ${MAX_VALUES} values`;
      return this.send({ type: 'result', id, ok: false, message, stack: [] });
    }
    this.#write(line);
  }

  /** Sends a last message and ends the process with `code` once it has left; nothing is sent after it. */
  finish(message: ToHost, code: number): void {
    if (this.#finished) return;
    this.#finished = true;
    setTimeout(() => reallyExit(code), FLUSH_LIMIT_MS);
    this.#socket.end(encode(message), () => process.exit(code));
  }

  #write(line: string): void {
    if (!this.#finished) this.#socket.write(line);
  }

  #hasRoomForLogs(): boolean {
    if (this.#socket.writableLength > LOG_BACKLOG_BYTES) {
      this.#droppedLogs += 1;
      return false;
    }
    if (this.#droppedLogs > 0) {
      const line = `${this.#droppedLogs} log lines dropped: the plugin writes faster than they can be kept`;
      this.#droppedLogs = 0;
      this.#write(encode({ type: 'log', level: 'warn', line }));
    }
    return true;
  }
}
