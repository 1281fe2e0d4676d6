import { once } from 'node:events';
import type pg from 'pg';

/** The parts of pg's connection that COPY needs; its types leave them out. */
interface CopyConnection {
  stream: NodeJS.WritableStream & { writableNeedDrain: boolean };
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** Runs `COPY … FROM STDIN` with what `chunks` yields. */
export function copyIn(client: pg.Client, statement: string, chunks: Iterable<string>): Promise<void> {
  return new Promise((resolve, reject) => {
    let failure: unknown = null;
    const send = async (connection: CopyConnection): Promise<void> => {
      for (const chunk of chunks) {
        connection.sendCopyFromChunk(Buffer.from(chunk));
        if (connection.stream.writableNeedDrain) await once(connection.stream, 'drain');
      }
      connection.endCopyFrom();
    };
    client.query({
      submit: (connection: CopyConnection) => connection.query(statement),
      handleCopyInResponse: (connection: CopyConnection) => void send(connection).catch(reject),
      handleCommandComplete: () => undefined,
      handleError: (error: unknown) => (failure = error),
      handleReadyForQuery: () => (failure === null ? resolve() : reject(failure as Error)),
    } as unknown as pg.Submittable);
  });
}
