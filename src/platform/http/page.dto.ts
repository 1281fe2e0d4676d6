import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsBoolean, IsInt, IsNumberString, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

/** What every page of a list says of itself. */
export abstract class PageDto {
  /** How many are in this answer. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 1 })
  count: number;
  /** Pass it as `cursor` for the next page; null on the last one. */
  @ApiProperty({ type: String, nullable: true, example: null })
  nextCursor: string | null;
}

/**
 * A query parameter: how many to answer.
 * @param preset what is meant when it is left out; undefined: the operation says
 */
export function PageLimit(most: number, preset?: number): PropertyDecorator {
  const shown = preset === undefined ? {} : { default: preset, example: preset };
  return applyDecorators(
    ApiProperty({ type: 'integer', minimum: 1, maximum: most, required: false, ...shown }),
    IsOptional(),
    Type(() => Number),
    IsInt(),
    Min(1),
    Max(most),
  );
}

/** A query parameter: `nextCursor` of the page before. */
export function PageCursor(longest: number): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: String, required: false, maxLength: longest }),
    IsOptional(),
    IsString(),
    MaxLength(longest),
  );
}

/** A query parameter: `nextCursor` of the page before, the id of its last row. */
export function PageIdCursor(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ pattern: '^\\d{1,18}$', required: false }),
    IsOptional(),
    IsNumberString({ no_symbols: true }),
    MaxLength(18),
  );
}

/** A query parameter: `true` or `false`. */
export function QueryFlag(preset?: boolean): PropertyDecorator {
  const shown = preset === undefined ? {} : { default: preset };
  return applyDecorators(
    ApiProperty({ type: Boolean, required: false, ...shown }),
    IsOptional(),
    Transform(({ value }: { value: unknown }) =>
      value === 'true' ? true : value === 'false' ? false : value,
    ),
    IsBoolean(),
  );
}
