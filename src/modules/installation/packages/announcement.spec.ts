import { describe, expect, it } from '@jest/globals';
import { Announcement } from './announcement.js';

describe('an announcement', () => {
  it('is heard by who listens before it, and by who listens after', async () => {
    const news = new Announcement<number>();
    const before = news.heard(new AbortController().signal);
    news.tell(7);
    expect(await before).toBe(7);
    expect(await news.heard(new AbortController().signal)).toBe(7);
  });

  it('that never comes is waited for until the signal', async () => {
    const stop = new AbortController();
    const waiting = new Announcement<number>().heard(stop.signal);
    stop.abort(new Error('no more'));
    await expect(waiting).rejects.toThrow('no more');
    await expect(new Announcement<number>().heard(stop.signal)).rejects.toThrow('no more');
  });
});
