type Work<T> = (signal: AbortSignal) => Promise<T>;

/**
 * Does both at the same time. When one fails the other is told to stop; both have ended when this settles.
 * @throws what the first one to fail failed with
 */
export async function together<A, B>(signal: AbortSignal, first: Work<A>, second: Work<B>): Promise<[A, B]> {
  const stop = new AbortController();
  const until = AbortSignal.any([signal, stop.signal]);
  const stopping = (error: unknown): never => {
    stop.abort(error);
    throw stop.signal.reason;
  };
  const both = [first(until).catch(stopping), second(until).catch(stopping)] as const;
  await Promise.allSettled(both);
  return Promise.all(both);
}
