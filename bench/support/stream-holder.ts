import { connect, type Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/** What the thread is told: where the streams are, and how many to open. */
export interface HeldStreams {
  url: string;
  token: string;
  count: number;
}

/** Runs in a thread of its own: holds streams of events open, reads what they bring, and counts the bytes. */
const { url, token, count } = workerData as HeldStreams;
const { hostname, port } = new URL(url);
const request = `GET /api/events HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${token}\r\n\r\n`;
const sockets: Socket[] = [];
let bytes = 0;

for (let n = 0; n < count; n++) await open();
parentPort?.once('message', () => {
  for (const socket of sockets) socket.destroy();
  parentPort?.postMessage(bytes);
});
parentPort?.postMessage('open');

function open(): Promise<void> {
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.on('data', (chunk: Buffer) => {
      if (bytes === 0 && !chunk.toString('latin1').startsWith('HTTP/1.1 200'))
        reject(new Error(chunk.toString()));
      bytes += chunk.length;
      resolve();
    });
    socket.write(request);
  });
}
