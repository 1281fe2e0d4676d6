import { isDeepStrictEqual } from 'node:util';
import type { FieldProblem } from '../../../platform/http/errors.js';
import { fieldUnder, refuseConfig } from './config-guard.js';
import { childOf, isJsonObject, mapObject } from './json.js';
import { ListMatch, mayHoldMask } from './list-match.js';
import { isMaskOf, looksLikeMask, resemblesMaskOf } from './mask.js';
import { type Position, childPosition, holdsSecret, isSecret } from './position.js';

/** A value that came in, beside the stored one at the same place. Each is judged where it stands. */
export interface Pair {
  readonly incoming: unknown;
  readonly stored: unknown;
  readonly here: Position;
  readonly there: Position;
  /** Where it stands, for messages: `config.a.b`. */
  readonly field: string;
}

const SEND_ITSELF = 'looks like a mask; send the value itself';
const STAYS_SECRET = 'is a stored secret that this change would show; clear it first, or send a new value';
/** Characters compared while edited lists are matched; real configs need some thousands. A million take 0.2 s. */
const MAX_WORK = 500_000;

/**
 * Puts stored secrets back where their masks came in, and collects a problem for each mask that stands for
 * nothing, or not for one thing alone. A secret only ever returns to where it will be masked again: a mask
 * that was moved under an innocent name is refused, for it would show the secret to someone who may only
 * write it.
 */
export class MaskRestorer {
  readonly problems: FieldProblem[] = [];
  private work = 0;

  /** @returns the incoming value with its masks replaced; the inputs are left alone */
  restore(pair: Pair): unknown {
    const { incoming } = pair;
    if (typeof incoming === 'string') return this.restoreText(pair);
    if (isJsonObject(incoming))
      return mapObject(incoming, (_child, key) => this.restore(childPair(pair, key, key)));
    if (Array.isArray(incoming)) return this.restoreList(pair, incoming);
    return this.unchanged(pair) ?? incoming;
  }

  /** The value when it is the stored one, which a merge patch leaves where its label was changed. */
  private unchanged({ incoming, stored, here, there, field }: Pair): unknown {
    if (incoming !== stored) return undefined;
    if (isSecret(stored, there) && !isSecret(stored, here))
      this.problems.push({ field, message: STAYS_SECRET });
    return stored;
  }

  private restoreText(pair: Pair): unknown {
    const { incoming, stored, here, there, field } = pair;
    if (incoming === stored) return this.unchanged(pair);
    const wasMasked = holdsSecret(stored, there);
    if (!here.sensitive && !wasMasked) return incoming;
    if (isMaskOf(incoming, stored) && isSecret(stored, here)) return stored;
    if (looksLikeMask(incoming) || resemblesMaskOf(incoming, stored))
      this.problems.push({ field, message: SEND_ITSELF });
    return incoming;
  }

  private restoreList(pair: Pair, incoming: readonly unknown[]): unknown[] {
    const stored: unknown[] = Array.isArray(pair.stored) ? pair.stored : [];
    if (stored.length === 0 || !mayHoldMask(incoming))
      return incoming.map((_item, index) => this.restore(childPair(pair, String(index), String(index))));
    const match = new ListMatch(stored, pair.there, incoming.length < stored.length);
    return incoming.map((item, index) => {
      const found = this.partner(pair, index, match);
      if (found !== 'ambiguous' || !mayHoldMask(item))
        return this.restore(childPair(pair, String(index), String(found)));
      const message = `${SEND_ITSELF} (several stored values look the same)`;
      this.problems.push({ field: fieldUnder(pair.field, String(index)), message });
      return item;
    });
  }

  /** The index of the stored element that the incoming one at `index` stands for. */
  private partner(pair: Pair, index: number, match: ListMatch): number | 'ambiguous' {
    const item = childOf(pair.incoming, String(index));
    if (!mayHoldMask(item)) return index;
    const fits = (at: number): boolean => this.fits(childPair(pair, String(index), String(at)));
    return match.sameIdentity(item) ?? match.shownAs(item, index) ?? match.fitting(fits, index) ?? index;
  }

  private fits(pair: Pair): boolean {
    const trial = new MaskRestorer();
    // Each trial costs something, however short its values are.
    trial.work = this.work + 500 + lengthOf(pair.incoming) + lengthOf(pair.stored);
    if (trial.work > MAX_WORK)
      refuseConfig([
        { field: pair.field, message: 'has too many masks to match in edited lists; send the values' },
      ]);
    const restored = trial.restore(pair);
    this.work = trial.work;
    return trial.problems.length === 0 && !isDeepStrictEqual(restored, pair.incoming);
  }
}

function lengthOf(value: unknown): number {
  return value === undefined ? 1 : JSON.stringify(value).length;
}

function childPair(pair: Pair, key: string, storedKey: string): Pair {
  return {
    incoming: childOf(pair.incoming, key),
    stored: childOf(pair.stored, storedKey),
    here: childPosition(pair.here, pair.incoming, key),
    there: childPosition(pair.there, pair.stored, storedKey),
    field: fieldUnder(pair.field, key),
  };
}
