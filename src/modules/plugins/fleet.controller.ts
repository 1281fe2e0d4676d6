import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Require } from '../../platform/http/access.js';
import { ApiFailures } from '../../platform/http/api-failures.js';
import { NodeListDto, NodeQueryDto, PluginInstancesDto } from './fleet.dto.js';
import { FleetService } from './fleet.service.js';

@ApiTags('Fleet')
@Controller('api')
export class FleetController {
  constructor(private readonly fleet: FleetService) {}

  @Get('nodes')
  @Require('plugins:read')
  @ApiOperation({
    summary: 'List nodes',
    description:
      'The servers that share this database: whether they live, what they run, and which plugins are not as wanted there.',
  })
  @ApiOkResponse({ type: NodeListDto, description: 'A page of nodes.' })
  @ApiFailures('field_invalid', 'parameter_invalid')
  listNodes(@Query() query: NodeQueryDto): Promise<NodeListDto> {
    return this.fleet.list(query);
  }

  @Get('plugins/:x/instances')
  @Require('plugins:read')
  @ApiOperation({
    summary: 'List instances of a plugin',
    description: 'What is wanted of it, and what each node reports: where the two differ, it drifts.',
  })
  @ApiParam({
    name: 'x',
    description: 'Id, display name or npm name, percent-encoded.',
    example: 'pii-redactor',
  })
  @ApiOkResponse({ type: PluginInstancesDto, description: 'A page of instances, one for each node.' })
  @ApiFailures('field_invalid', 'parameter_invalid', 'plugin_not_found')
  listInstances(@Param('x') x: string, @Query() query: NodeQueryDto): Promise<PluginInstancesDto> {
    return this.fleet.instancesOf(x, query);
  }
}
