import { ApiProperty } from '@nestjs/swagger';
import { WARNING_CODES } from './packages/plan-warnings.js';

/** Something to know before the package is installed. */
export class PlanWarningDto {
  /** Kind of warning. */
  @ApiProperty({ enum: WARNING_CODES, example: 'deprecated' })
  code: string;
  /**
   * Package that it is about.
   * @example "glob@7.2.3"
   */
  package: string;
  /**
   * For a person.
   * @example "Glob versions prior to v9 are no longer supported"
   */
  message: string;
}
