import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Config } from '../../../config.js';
import type { RegistrySource } from '../../../config/registry-sources.js';
import { GuardedClient } from '../../../platform/http/outbound/guarded.client.js';
import { BadGateway } from '../../../platform/http/errors.js';
import { CONFIG } from '../../../platform/tokens.js';
import { type Foreign, objectOf } from './sources/entry-fields.js';
import type { OpenedDocument, SourceClient, SourceState } from './sources/source-reading.js';

/** Largest page of an API, in bytes. */
const MAX_PAGE_BYTES = 16 * 2 ** 20;
const JSON_ACCEPTED = { accept: 'application/json' };

/** Fetches catalogues. The hosts that the operator configured may be private ones; where they redirect to may not. */
@Injectable()
export class CatalogClient implements SourceClient, OnApplicationShutdown {
  private readonly http: GuardedClient;

  constructor(@Inject(CONFIG) config: Config) {
    const hosts = config.REGISTRY_SOURCES.flatMap(({ url }) => (url === null ? [] : [hostOf(url)]));
    this.http = new GuardedClient({ ...config, OUTBOUND_ALLOW: [...config.OUTBOUND_ALLOW, ...hosts] });
  }

  onApplicationShutdown(): void {
    this.http.close();
  }

  async open(source: RegistrySource, state: SourceState, signal: AbortSignal): Promise<OpenedDocument> {
    if (source.url === null) return this.openFile(source, state, signal);
    const { etag, lastModified } = state;
    const headers = {
      ...JSON_ACCEPTED,
      ...authorization(source),
      ...(typeof etag === 'string' && { 'if-none-match': etag }),
      ...(typeof lastModified === 'string' && { 'if-modified-since': lastModified }),
    };
    const answer = await this.http.fetchStream(source.url, { headers, signal });
    if (answer.status === 304) {
      answer.body.destroy();
      return { body: null, state };
    }
    const known = { etag: answer.headers.etag, lastModified: answer.headers['last-modified'] };
    return { body: answer.body, state: known };
  }

  async page(
    source: RegistrySource,
    path: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Foreign> {
    const url = new URL(path, source.url?.replace(/\/*$/, '/'));
    url.search = new URLSearchParams(query).toString();
    const headers = { ...JSON_ACCEPTED, ...authorization(source) };
    const options = { headers, signal, maxBytes: MAX_PAGE_BYTES };
    const { bytes } = await this.http.fetchBytes(url.href, options);
    try {
      return objectOf(JSON.parse(bytes.toString()));
    } catch {
      throw new BadGateway('catalogue_refresh_failed', `The answer of "${source.label}" is not JSON.`);
    }
  }

  private async openFile(
    source: RegistrySource,
    state: SourceState,
    signal: AbortSignal,
  ): Promise<OpenedDocument> {
    const file = source.file ?? '';
    try {
      const { size, mtimeMs } = await stat(file);
      const known = { size, mtimeMs };
      if (state['size'] === size && state['mtimeMs'] === mtimeMs) return { body: null, state };
      return { body: createReadStream(file, { signal, highWaterMark: 256 * 1024 }), state: known };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const cause = code === 'ENOENT' ? 'There is no such file' : `It cannot be read (${code ?? 'no code'})`;
      throw new BadGateway('catalogue_refresh_failed', `The file of "${source.label}" is missing. ${cause}.`);
    }
  }
}

function authorization({ token }: RegistrySource): Record<string, string> {
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}
