import { createHash } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import { httpOrigin, type Origin } from './origin.js';

/** What is answered for a path: a document, or whatever a handler sends. */
type Answer = string | object | RequestListener;

/** A host of catalogues: what lies at a path can be exchanged while a server reads it. */
export class CatalogOrigin {
  readonly asked: { url: string; headers: IncomingMessage['headers'] }[] = [];
  private readonly answers = new Map<string, Answer>();

  private constructor(private readonly origin: Origin) {}

  static async start(): Promise<CatalogOrigin> {
    const listening: { host?: CatalogOrigin } = {};
    const origin = await httpOrigin((request, response) => listening.host?.answer(request, response));
    listening.host = new CatalogOrigin(origin);
    return listening.host;
  }

  /** Address of a path, such as `/catalogue.json`. */
  at(path: string): string {
    return this.origin.url + path;
  }

  /** Objects are sent as JSON; documents have an ETag of their content. */
  put(path: string, answer: Answer): void {
    this.answers.set(path, answer);
  }

  /** What was asked for since the last call. */
  takeAsked(): { url: string; headers: IncomingMessage['headers'] }[] {
    return this.asked.splice(0);
  }

  close(): Promise<void> {
    return this.origin.close();
  }

  private answer(request: IncomingMessage, response: Parameters<RequestListener>[1]): void {
    const { url = '', headers } = request;
    this.asked.push({ url, headers });
    const answer = this.answers.get(url.split('?', 1)[0] ?? '');
    if (answer === undefined) response.writeHead(404).end();
    else if (typeof answer === 'function') void answer(request, response);
    else {
      const body = typeof answer === 'string' ? answer : JSON.stringify(answer);
      const etag = `"${createHash('sha1').update(body).digest('hex')}"`;
      if (headers['if-none-match'] === etag) response.writeHead(304).end();
      else response.writeHead(200, { 'content-type': 'application/json', etag }).end(body);
    }
  }
}

/** An entry of a generated catalogue, invented; `fields` go over it. */
export function generated(repo: string, fields: object = {}): object {
  return {
    git: {
      repo,
      v0: { version: null, branch: null },
      v1: { version: '1.4.2', branch: 'main' },
      alpha: { version: null, branch: null },
    },
    npm: { repo: null, v0: '0.3.0', v1: '1.4.2', alpha: null, v0CoreRange: null, v1CoreRange: '^1.0.0' },
    supports: { v0: false, v1: true, alpha: false },
    description: 'Waters plants when the soil is dry',
    homepage: null,
    topics: ['garden', 'water'],
    stargazers_count: 7,
    language: 'TypeScript',
    ...fields,
  };
}

/** What `GET /api/registry/plugins` answers. */
export interface CatalogPage {
  count: number;
  nextCursor: string | null;
  plugins: CatalogItem[];
}

/** What tests look at of a plugin in the catalogue. */
export interface CatalogItem {
  name: string;
  displayName: string;
  description: string;
  source: string;
  installable: boolean;
  notInstallable?: string;
  installed: boolean;
  npm: Record<string, string | null>;
}

/** A source as `GET /api/registry/sources` answers it. */
export interface CatalogSourceItem {
  label: string;
  entries: number;
  skipped: number;
  error: string | null;
  checkedAt: string | null;
}
