import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Require } from '../http/access.js';
import { ApiFailures } from '../http/api-failures.js';
import { AuditPageDto, AuditQueryDto } from './audit.dto.js';
import { AuditService } from './audit.service.js';

@ApiTags('Audit')
@Controller('api/audit')
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  @Get()
  @Require('audit:read')
  @ApiOperation({
    summary: 'List changes',
    description: 'Who changed what and when, newest first, secrets masked.',
  })
  @ApiOkResponse({ type: AuditPageDto, description: 'A page of changes.' })
  @ApiFailures('field_invalid')
  listAudit(@Query() query: AuditQueryDto): Promise<AuditPageDto> {
    return this.audit.list(query);
  }
}
