import type { Request } from 'express';

/** Headers that carry a token as it is, the first that is sent. */
const TOKEN_HEADERS = ['x-api-key', 'x-bf-vk', 'x-milady-token'];

/** The token of a request: `Authorization: Bearer`, else that of another header that clients send. */
export function tokenOf(request: Request): string | null {
  const bearer = /^bearer +(\S+)$/i.exec(request.headers.authorization?.trim() ?? '')?.[1];
  if (bearer !== undefined) return bearer;
  return TOKEN_HEADERS.map((name) => textOf(request.headers[name])).find((token) => token !== null) ?? null;
}

function textOf(header: string | string[] | undefined): string | null {
  return typeof header === 'string' ? header.trim() || null : null;
}
