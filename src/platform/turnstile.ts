/** Lets many work side by side, or one alone; who comes later waits for who came first. */
export class Turnstile {
  private readonly inside = new Set<Promise<unknown>>();
  private gate: Promise<unknown> = Promise.resolve();

  /** Works while others do, but not while one is alone. */
  beside<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.gate.then(work);
    const ended = mine.catch(() => undefined).finally(() => this.inside.delete(ended));
    this.inside.add(ended);
    return mine;
  }

  /** Works when all who came before have ended; who comes later waits. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = Promise.all([this.gate, ...this.inside]).then(work);
    this.gate = mine.catch(() => undefined);
    return mine;
  }
}
