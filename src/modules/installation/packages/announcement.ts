/** A value that one of two works finds and the other one waits for. */
export class Announcement<T> {
  private readonly value: Promise<T>;
  tell: (value: T) => void = () => undefined;

  constructor() {
    this.value = new Promise((resolve) => (this.tell = resolve));
  }

  /** @throws the signal's reason where it is not told before */
  heard(signal: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => reject(signal.reason as Error);
      if (signal.aborted) giveUp();
      signal.addEventListener('abort', giveUp, { once: true });
      void this.value.then((value) => {
        signal.removeEventListener('abort', giveUp);
        resolve(value);
      });
    });
  }
}
