import type { Response } from 'express';
import type { Artifact } from '../../../platform/artifacts/artifact-folder.js';
import { matches } from '../../../platform/http/tagged-answer.js';
import { fullDigest } from './artifact-checksum.js';
import type { PublishedArtifactEntity } from './published-artifact.entity.js';

/**
 * Sends a verified file: whole, a range of it, or not at all where the caller has it (RFC 9110, sections 13 and 14).
 * `Repr-Digest` is that of RFC 9530, `Digest` that of RFC 3230, both of the whole file.
 * @throws the error of a range that lies outside, or a file that cannot be read
 */
export function sendArtifact(
  response: Response,
  row: PublishedArtifactEntity,
  file: Artifact,
): Promise<void> {
  const hex = fullDigest(row.checksum) ?? '';
  const digest = Buffer.from(hex, 'hex').toString('base64');
  const etag = `"sha256-${hex}"`;
  const headers = {
    ETag: etag,
    'Repr-Digest': `sha-256=:${digest}:`,
    Digest: `sha-256=${digest}`,
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': `attachment; filename="${fileName(row)}"`,
    'Cache-Control': 'private, no-cache',
  };
  // Express leaves If-None-Match aside where the request says `no-cache`, as every `fetch` with that header does.
  if (matches(response.req.headers['if-none-match'], etag)) {
    response.writeHead(304, { ETag: etag, 'Cache-Control': headers['Cache-Control'] }).end();
    return Promise.resolve();
  }
  response.set(headers);
  return new Promise((resolve, reject) => {
    const options = { lastModified: false, cacheControl: false, dotfiles: 'allow' } as const;
    response.sendFile(file.path, options, (error: Error | undefined) => {
      // A caller who leaves in the middle is no failure.
      if (!error || response.headersSent) return resolve();
      for (const name of Object.keys(headers)) response.removeHeader(name);
      reject(error);
    });
  });
}

function fileName({ name, version, artifactUrl }: PublishedArtifactEntity): string {
  const extension = /(\.tar)?\.[A-Za-z0-9]{1,8}$/.exec(new URL(artifactUrl).pathname)?.[0] ?? '';
  return `${name}-${version}${extension}`.replace(/[^A-Za-z0-9._+-]/g, '_');
}
