import { createServer, IncomingMessage, type Server, ServerResponse, type ServerOptions } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { Express, NextFunction, Request, RequestHandler, Response } from 'express';
import { writeHead } from './common-headers.js';
import { type ConnectionLimits, Connections } from './connections.js';

/** Requests under way when the server is asked to stop get this long, in milliseconds. */
const DRAIN_MS = 8_000;
const SWEEP_MS = 50;

/**
 * Nest's Express adapter with two differences. Node creates requests and responses with Express's prototypes
 * from the start: Express otherwise swaps the prototype of both on every request, which throws away V8's
 * hidden classes and slows every request down. And reads without parameters are found by their path, where
 * Express tries the patterns of all routes one after the other.
 */
export class FastExpressAdapter extends ExpressAdapter {
  private connections: Connections;
  private readonly exact = new Map<string, RequestHandler>();

  constructor(
    private readonly serverOptions: ServerOptions,
    private readonly limits: ConnectionLimits,
  ) {
    super();
  }

  /** As Nest registers a route. */
  override get(...route: unknown[]): unknown {
    const [path, handler] = route;
    if (typeof path === 'string' && typeof handler === 'function' && !/[:*{(\\]/.test(path))
      this.exact.set(path, handler as RequestHandler);
    return Reflect.apply(super.get.bind(this), undefined, route);
  }

  /** Answers reads of a path that is a whole route; all others go on to Express's own. */
  exactRoutes(): RequestHandler {
    return (request: Request, response: Response, next: NextFunction) => {
      const handler = request.method === 'GET' ? this.exact.get(request.url) : undefined;
      if (handler) void handler(request, response, next);
      else next();
    };
  }

  /**
   * Stops listening and waits for the requests under way, each of which may end; a connection that a client
   * merely keeps open is closed as soon as it has nothing under way.
   */
  override async close(): Promise<void> {
    const server = this.httpServer as Server | undefined;
    if (!server?.listening) return;
    const closed = new Promise<void>((done) => server.close(() => done()));
    const sweep = setInterval(() => {
      server.closeIdleConnections();
      this.connections.closeSilent();
    }, SWEEP_MS);
    const limit = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    await closed;
    clearInterval(sweep);
    clearTimeout(limit);
  }

  override initHttpServer(): void {
    const app = this.getInstance<Express>();
    Object.assign(app.response, { writeHead });
    const server = createServer(
      {
        ...this.serverOptions,
        IncomingMessage: withPrototype(IncomingMessage, app.request),
        ServerResponse: withPrototype(ServerResponse, app.response),
      },
      app,
    );
    this.connections = new Connections(server, this.limits);
    this.httpServer = server;
  }
}

/** A constructor that builds what `Base` builds, on exactly `prototype`, so that Express has nothing to swap. */
function withPrototype<T extends typeof IncomingMessage | typeof ServerResponse>(
  Base: T,
  prototype: object,
): T {
  function Created(this: object, ...args: unknown[]): void {
    Reflect.apply(Base, this, args);
  }
  Created.prototype = prototype;
  return Created as unknown as T;
}
