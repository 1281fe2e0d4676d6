import pg from 'pg';

/**
 * A pooled connection that gives itself up when an answer does not come in time. pg alone would hand it to the
 * next caller, who would wait behind the same lost answer: after a cut cable, one request after the other would
 * fail until TCP itself gives up, a quarter of an hour later.
 */
class BoundedClient extends pg.Client {
  constructor(config: pg.ClientConfig) {
    super(config);
    // One that is lost between two statements fails the next of them. Its pool and TypeORM listen too, but not in the
    // moment in which it changes hands: an error without a listener would end the process.
    this.on('error', () => undefined);
  }

  /** As pg's, whose overloads only its own class can spell. TypeORM uses the form that returns a promise. */
  override query(...args: never[]): never {
    const answer: unknown = Reflect.apply(super.query.bind(this), undefined, args);
    if (answer instanceof Promise)
      answer.catch((error: unknown) => {
        if (error instanceof Error && error.message === 'Query read timeout')
          this.connection.stream.destroy();
      });
    return answer as never;
  }
}

/**
 * The class of a pool's connections.
 * @param givenUp once it aborts, whoever waits for an answer of them has none, and no more of them are made
 */
export function boundedClient(givenUp?: AbortSignal): typeof pg.Client {
  return class extends BoundedClient {
    override connect(...args: never[]): never {
      const connected: unknown = Reflect.apply(super.connect.bind(this), undefined, args);
      const leave = (): unknown => this.connection.stream.destroy();
      if (givenUp?.aborted) leave();
      givenUp?.addEventListener('abort', leave);
      this.once('end', () => givenUp?.removeEventListener('abort', leave));
      return connected as never;
    }
  };
}
