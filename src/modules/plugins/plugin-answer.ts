import type { Request, Response } from 'express';
import { BadRequest } from '../../platform/http/errors.js';
import { ReadyAnswer } from '../../platform/http/ready-answer.js';
import type { PluginDto } from './plugin.dto.js';

/** One plugin as an answer; its ETag carries the revision. */
export function taggedAnswer(plugin: PluginDto): ReadyAnswer {
  return new ReadyAnswer(Buffer.from(JSON.stringify(plugin)), `r${plugin.revision}.`);
}

/** Gives the answer to a change the ETag that the plugin has now, for the next `If-Match`. */
export function tagChanged(response: Response, plugin: PluginDto): void {
  response.setHeader('ETag', taggedAnswer(plugin).etag);
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
