import { childOf, isJsonObject, own } from './json.js';
import { looksLikeMask } from './mask.js';
import { type Position, childPosition } from './position.js';
import { presentValue } from './presentation.js';

/** Fields by which people tell the elements of a list apart. */
const IDENTITIES = ['id', 'name'];

interface Group {
  readonly indexes: Set<number>;
  /** The distinct stored elements of the group, as JSON. */
  readonly values: Set<string>;
}

/**
 * Finds which element of a stored list an incoming one stands for, when the list was edited. It answers an
 * index only where no other stored element could be meant; indexes are built once, so a list costs its size.
 */
export class ListMatch {
  private readonly byIdentity = new Map<string, number[]>();
  private readonly byShown = new Map<string, Group>();

  /** @param shrunk true where elements were taken out, so that the same index says nothing on its own */
  constructor(
    private readonly stored: readonly unknown[],
    position: Position,
    private readonly shrunk: boolean,
  ) {
    stored.forEach((element, index) => {
      for (const identity of identitiesOf(element))
        this.byIdentity.set(identity, [...(this.byIdentity.get(identity) ?? []).slice(0, 1), index]);
      const shown = JSON.stringify(presentValue(element, childPosition(position, stored, String(index))));
      const group = this.byShown.get(shown) ?? { indexes: new Set(), values: new Set() };
      group.indexes.add(index);
      group.values.add(JSON.stringify(element));
      this.byShown.set(shown, group);
    });
  }

  /** The only stored element with the same `id`, else the same `name`. */
  sameIdentity(incoming: unknown): number | undefined {
    const unique = identitiesOf(incoming).map((identity) => this.byIdentity.get(identity));
    return unique.find((indexes) => indexes?.length === 1)?.[0];
  }

  /** The stored element that clients are shown exactly as `incoming`; 'ambiguous' where several differ. */
  shownAs(incoming: unknown, index: number): number | 'ambiguous' | undefined {
    const group = this.byShown.get(JSON.stringify(incoming));
    return group && this.choose([...group.indexes], group.values.size, index);
  }

  /** The stored element that `fits`, which tells whether its secrets can stand for the incoming masks. */
  fitting(fits: (storedIndex: number) => boolean, index: number): number | 'ambiguous' | undefined {
    if (!this.shrunk && index < this.stored.length && fits(index)) return index;
    const found = this.stored.flatMap((_element, at) => (fits(at) ? [at] : []));
    const values = new Set(found.map((at) => JSON.stringify(this.stored[at])));
    return this.choose(found, values.size, index);
  }

  private choose(
    found: readonly number[],
    distinct: number,
    index: number,
  ): number | 'ambiguous' | undefined {
    if (!this.shrunk && found.includes(index)) return index;
    return distinct > 1 ? 'ambiguous' : found[0];
  }
}

function identitiesOf(element: unknown): string[] {
  if (!isJsonObject(element)) return [];
  return IDENTITIES.flatMap((field) => {
    const identity = own(element, field);
    const tells = typeof identity === 'number' || (typeof identity === 'string' && !looksLikeMask(identity));
    return tells ? [JSON.stringify([field, identity])] : [];
  });
}

/** True when a mask lies anywhere in it; what holds none needs no stored element. */
export function mayHoldMask(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return looksLikeMask(value);
  return Object.keys(value).some((key) => mayHoldMask(childOf(value, key)));
}
