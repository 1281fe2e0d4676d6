import type { Request, Response } from 'express';
import { BadRequest } from '../../platform/http/errors.js';
import { digestOf, sendTagged } from '../../platform/http/tagged-answer.js';
import type { PluginDto } from './plugin.dto.js';

/** Sends one plugin with an ETag that carries its revision. */
export function sendPlugin(request: Request, response: Response, plugin: PluginDto): void {
  const body = JSON.stringify(plugin);
  sendTagged(request, response, body, tagOf(plugin, body));
}

/** Gives the answer to a change the ETag that the plugin has now, for the next `If-Match`. */
export function tagChanged(response: Response, plugin: PluginDto): void {
  response.setHeader('ETag', tagOf(plugin, JSON.stringify(plugin)));
}

function tagOf({ revision }: PluginDto, body: string): string {
  return `"r${revision}.${digestOf(body)}"`;
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
