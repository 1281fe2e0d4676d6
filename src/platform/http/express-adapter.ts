import { createServer, IncomingMessage, type Server, ServerResponse, type ServerOptions } from 'node:http';
import type { Server as NetServer, Socket } from 'node:net';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { Express, Request, Response } from 'express';
import { writeHead } from './common-headers.js';
import { type ConnectionLimits, Connections } from './connections.js';
import { holdOtherLoopback } from './loopback.js';
import type { Front } from './request-front.js';
import { answerUnreadable } from './unreadable.js';

/** Requests under way when the server is asked to stop get this long, in milliseconds. */
const DRAIN_MS = 8_000;
const SWEEP_MS = 50;

/**
 * Nest's Express adapter with two differences. Node creates requests and responses with Express's prototypes
 * from the start: Express otherwise swaps the prototype of both on every request, which throws away V8's
 * hidden classes and slows every request down. And what can be answered without a route never gets to Express.
 */
export class FastExpressAdapter extends ExpressAdapter {
  private connections: Connections;
  private otherLoopback: NetServer | null = null;
  /** Sees each request before Express does, and may answer it. */
  front: Front = () => false;
  /** Told what was answered to that which was no request. */
  onUnreadable: (status: number) => void = () => undefined;

  constructor(
    private readonly serverOptions: ServerOptions,
    private readonly limits: ConnectionLimits,
  ) {
    super();
  }

  /** Answers on both loopback addresses where it listens on one. @throws like `holdOtherLoopback` */
  async holdOtherLoopback(isFreePort: boolean): Promise<void> {
    this.otherLoopback = await holdOtherLoopback(this.httpServer, isFreePort);
  }

  /**
   * Stops listening and waits for the requests under way, each of which may end; a connection that a client
   * merely keeps open is closed as soon as it has nothing under way.
   */
  override async close(): Promise<void> {
    const server = this.httpServer as Server | undefined;
    if (!server?.listening) return;
    const open = this.otherLoopback ? [server, this.otherLoopback] : [server];
    const closed = Promise.all(open.map((one) => new Promise<void>((done) => one.close(() => done()))));
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
    const Created = {
      IncomingMessage: inheriting(IncomingMessage, app.request),
      ServerResponse: inheriting(ServerResponse, app.response),
    };
    Object.assign(app, {
      request: Created.IncomingMessage.prototype,
      response: Created.ServerResponse.prototype,
    });
    const take = (incoming: IncomingMessage, outgoing: object): void => {
      const request = incoming as Request;
      const response = outgoing as Response;
      request.res = response;
      if (!this.front(request, response)) app(request, response);
    };
    // What a client expects beside 100-continue may be left unmet; Node would answer without a body.
    const server = createServer({ ...this.serverOptions, ...Created }, take).on('checkExpectation', take);
    server.on('clientError', (error, socket) => {
      const status = answerUnreadable(error, socket as Socket);
      if (status !== null) this.onUnreadable(status);
    });
    this.connections = new Connections(server, this.limits);
    this.httpServer = server;
  }
}

/** A class that builds what `Base` builds, with `parent`'s methods. V8 lays out what a class builds at once. */
function inheriting<T extends typeof IncomingMessage | typeof ServerResponse>(Base: T, parent: object): T {
  class Created extends (Base as typeof IncomingMessage) {}
  Object.setPrototypeOf(Created.prototype, parent);
  return Created as unknown as T;
}
