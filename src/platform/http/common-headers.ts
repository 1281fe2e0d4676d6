import { ServerResponse } from 'node:http';

/** An answer with headers that it has beside its own: name, value, name, value … */
export interface CommonAnswer extends ServerResponse {
  commonHeaders?: string[];
}

/**
 * Node's `writeHead` with the common headers, unless the answer has one of that name itself. An answer that gives
 * all its headers here, as a list, is written without an entry a header in a table, which is what headers cost.
 */
export function writeHead(this: CommonAnswer, status: number, ...given: unknown[]): CommonAnswer {
  const common = this.commonHeaders;
  const own = given[0];
  if (common && Array.isArray(own) && this.getHeaderNames().length === 0) given[0] = common.concat(own);
  else if (common)
    for (let i = 0; i < common.length; i += 2) {
      const name = common[i] ?? '';
      if (!this.hasHeader(name)) this.setHeader(name, common[i + 1] ?? '');
    }
  ServerResponse.prototype.writeHead.apply(this, [status, ...given] as [number]);
  return this;
}
