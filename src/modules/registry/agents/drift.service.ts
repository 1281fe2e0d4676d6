import { Injectable } from '@nestjs/common';
import type { DriftDto, DriftPluginDto } from './agent.dto.js';
import type { DriftQueryDto } from './agent-request.dto.js';
import { DriftRepository, type DriftRow } from './drift.repository.js';
import { pageOf, readCursor } from './page.js';

const DEFAULT_LIMIT = 100;

/** Tells which plugins agents do not run alike. Stale agents count: what they last told is what is known. */
@Injectable()
export class DriftService {
  constructor(private readonly drift: DriftRepository) {}

  /** @throws BadRequest `parameter_invalid` for a cursor that is none */
  async compare(query: DriftQueryDto): Promise<DriftDto> {
    const { name, differing = false, limit = DEFAULT_LIMIT } = query;
    const agent = name === undefined ? {} : { agent: name };
    const filter = { ...agent, differing, after: readCursor(query.cursor), limit: limit + 1 };
    const [agents, rows] = await Promise.all([this.drift.countAgents(name), this.drift.list(filter)]);
    const { items, nextCursor } = pageOf(rows, limit, (row) => row.name);
    return { agents, plugins: items.map((row) => present(row, agents)), count: items.length, nextCursor };
  }
}

function present({ name, agents, versions }: DriftRow, all: number): DriftPluginDto {
  const missing = Math.max(0, all - agents);
  return { name, agents, missing, differs: missing > 0 || versions.length > 1, versions };
}
