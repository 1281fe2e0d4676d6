import { Injectable } from '@nestjs/common';

/** One change of a package's local copy at a time; the data folder belongs to this server alone. */
@Injectable()
export class EjectedLocks {
  private readonly tails = new Map<string, Promise<unknown>>();

  async exclusively<T>(npmName: string, work: () => Promise<T>): Promise<T> {
    const before = this.tails.get(npmName) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.tails.set(npmName, mine);
    try {
      return await mine;
    } finally {
      if (this.tails.get(npmName) === mine) this.tails.delete(npmName);
    }
  }
}
