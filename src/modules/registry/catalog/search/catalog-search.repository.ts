import { Injectable } from '@nestjs/common';
import { PlannedStatements } from '../../../../platform/database/planned-statements.js';
import type { CatalogKind } from '../catalog-entry.js';
import { type SearchPlan, searchStatement } from './search-statement.js';

export interface FoundEntry {
  name: string;
  displayName: string;
  description: string;
  npmPackage: string | null;
  version: string | null;
  score: number;
  tags: string[];
  repository: string;
  stars: number;
  kind: CatalogKind;
  category: string;
  language: string | null;
  installable: boolean;
}

export interface Found {
  results: FoundEntry[];
  /** Entries that were weighed. */
  total: number;
  totalIsExact: boolean;
  /** `kind=agent` and how many of those that were weighed have it. */
  facets: [facet: string, entries: number][];
}

/** Reads what the search index has. */
@Injectable()
export class CatalogSearchRepository {
  constructor(private readonly statements: PlannedStatements) {}

  async find(plan: SearchPlan): Promise<Found> {
    const { sql, parameters } = searchStatement(plan);
    const [row] = await this.statements.query<{ answer: Found }>(sql, parameters);
    return row?.answer ?? { results: [], total: 0, totalIsExact: true, facets: [] };
  }
}
