import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import { BadRequest } from '../../platform/http/errors.js';
import type { Encoding, ListSnapshot } from './known-plugins.js';
import type { PluginDto } from './plugin.dto.js';

/** Below this size compression costs more than it saves. */
const MIN_COMPRESSED_BYTES = 1_400;
const JSON_TYPE = ['Content-Type', 'application/json; charset=utf-8'];

/** Sends the list as it lies ready: not modified, compressed, or plain. */
export async function sendList(request: Request, response: Response, list: ListSnapshot): Promise<void> {
  if (matches(request.headers['if-none-match'], list.etag)) {
    response.writeHead(304, ['ETag', list.etag]).end();
    return;
  }
  const encoding = list.body.length < MIN_COMPRESSED_BYTES ? null : encodingFor(request);
  const body = encoding ? await list.encoded(encoding) : list.body;
  const headers = ['ETag', list.etag, 'Vary', 'Accept-Encoding', 'Content-Length', String(body.length)];
  if (encoding) headers.push('Content-Encoding', encoding);
  response.writeHead(200, headers.concat(JSON_TYPE)).end(body);
}

/** Sends an answer that is made for this request, with an ETag of its content. */
export function sendJson(request: Request, response: Response, answer: object): void {
  const body = JSON.stringify(answer);
  sendTagged(request, response, body, `"${digestOf(body)}"`);
}

/** Sends one plugin with an ETag that carries its revision. */
export function sendPlugin(request: Request, response: Response, plugin: PluginDto): void {
  const body = JSON.stringify(plugin);
  sendTagged(request, response, body, `"r${plugin.revision}.${digestOf(body)}"`);
}

function digestOf(body: string): string {
  return createHash('sha1').update(body).digest('base64url').slice(0, 16);
}

function sendTagged(request: Request, response: Response, body: string, etag: string): void {
  response.setHeader('ETag', etag);
  if (matches(request.headers['if-none-match'], etag)) response.writeHead(304).end();
  else response.type('application/json').send(body);
}

/**
 * The revision that `If-Match` names; null where any will do. What a plugin prints changes its ETag but not
 * its revision, so only the revision counts here.
 * @throws BadRequest `parameter_invalid`
 */
export function revisionOf(request: Request): number | null {
  const given = request.headers['if-match'];
  if (given === undefined || given.trim() === '*') return null;
  const revision = /^\s*(?:W\/)?"r(\d{1,9})(?:\.[\w-]*)?"\s*$/.exec(given)?.[1];
  if (revision === undefined)
    throw new BadRequest(
      'parameter_invalid',
      'If-Match must be the ETag of a plugin as it was read, such as "r3.x", or *.',
      'If-Match',
    );
  return Number(revision);
}

function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header === etag || header === '*') return true;
  return header.split(',').some((item) => item.trim().replace(/^W\//, '') === etag);
}

function encodingFor(request: Request): Encoding | null {
  const accepted = request.headers['accept-encoding'];
  if (accepted === undefined) return null;
  const found = request.acceptsEncodings(['br', 'gzip', 'identity']);
  return found === 'br' || found === 'gzip' ? found : null;
}
