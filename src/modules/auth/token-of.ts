import type { Request } from 'express';

/** The token of a request: `Authorization: Bearer`, else `X-Api-Key`, else `x-bf-vk`. */
export function tokenOf(request: Request): string | null {
  const bearer = /^bearer +(\S+)$/i.exec(request.headers.authorization?.trim() ?? '')?.[1];
  return bearer ?? textOf(request.headers['x-api-key']) ?? textOf(request.headers['x-bf-vk']);
}

function textOf(header: string | string[] | undefined): string | null {
  return typeof header === 'string' ? header.trim() || null : null;
}
