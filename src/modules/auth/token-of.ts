import type { Request } from 'express';

/** The token of a request: `Authorization: Bearer`, else `X-Api-Key`, else `x-bf-vk`. */
export function tokenOf(request: Request): string | null {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const bearer = /^bearer +(\S+)$/i.exec(authorization.trim());
    return bearer?.[1] ?? null;
  }
  const header = request.headers['x-api-key'] ?? request.headers['x-bf-vk'];
  return typeof header === 'string' && header !== '' ? header.trim() : null;
}
