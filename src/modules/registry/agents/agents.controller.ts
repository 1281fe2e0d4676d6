import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Require, RequireForName } from '../../../platform/http/access.js';
import { ApiFailures } from '../../../platform/http/api-failures.js';
import { BAD_BODY } from '../../../platform/http/error-codes.js';
import { HandedOverDto, HandOverDto } from '../../../platform/http/owner.dto.js';
import { Context, type RequestContext } from '../../../platform/http/request.js';
import { Idempotent } from '../../../platform/idempotency/idempotent.js';
import {
  AgentDetailDto,
  AgentDto,
  AgentPageDto,
  AgentRemovedDto,
  DriftDto,
  HeartbeatAnswerDto,
} from './agent.dto.js';
import { DriftQueryDto, HeartbeatDto, ListAgentsDto, PutAgentDto } from './agent-request.dto.js';
import { AgentsService } from './agents.service.js';
import { DriftService } from './drift.service.js';

const ID = { name: 'agentId', description: 'Id of the agent, of its own choice.', example: 'edge-gateway-1' };

@ApiTags('Agents')
@Controller('api/v1/agents')
export class AgentsController {
  constructor(
    private readonly agents: AgentsService,
    private readonly drift: DriftService,
  ) {}

  @Get()
  @Require('registry:read')
  @ApiOperation({ summary: 'List agents', description: 'Who reports here, and who has stopped doing so.' })
  @ApiFailures('field_invalid', 'parameter_invalid')
  listAgents(@Query() query: ListAgentsDto): Promise<AgentPageDto> {
    return this.agents.list(query);
  }

  @Get('drift')
  @Require('registry:read')
  @ApiOperation({
    summary: 'Compare the plugins of agents',
    description: 'Each plugin that any agent runs: in which versions, by whom, and whether they differ.',
  })
  @ApiFailures('field_invalid', 'parameter_invalid')
  compareAgents(@Query() query: DriftQueryDto): Promise<DriftDto> {
    return this.drift.compare(query);
  }

  @Put(':agentId')
  @RequireForName('registry:write')
  @ApiOperation({
    summary: 'Register an agent',
    description:
      'All that it tells of itself, in place of what it told before. Telling the same again is a heartbeat. It belongs to whoever registers it: others, admins aside, cannot report for it or remove it.',
  })
  @ApiParam(ID)
  @ApiFailures(
    ...BAD_BODY,
    'parameter_invalid',
    'name_reserved',
    'name_taken',
    'agent_limit',
    'config_key_forbidden',
  )
  putAgent(
    @Context() context: RequestContext,
    @Param('agentId') agentId: string,
    @Body() body: PutAgentDto,
  ): Promise<AgentDto> {
    return this.agents.put(context, agentId, body);
  }

  @Get(':agentId')
  @Require('registry:read')
  @ApiOperation({ summary: 'Get an agent', description: 'With the plugins that it runs.' })
  @ApiParam(ID)
  @ApiFailures('parameter_invalid', 'field_invalid', 'agent_not_found')
  getAgent(@Param('agentId') agentId: string): Promise<AgentDetailDto> {
    return this.agents.get(agentId);
  }

  @Post(':agentId/heartbeat')
  @HttpCode(200)
  @RequireForName('registry:write')
  @Idempotent()
  @ApiOperation({
    summary: 'Send a heartbeat',
    description:
      'With `digest`, the answer says whether the agent has to send all of its state again. 404 says that it has to register.',
  })
  @ApiParam(ID)
  @ApiBody({ type: HeartbeatDto, required: false })
  @ApiFailures(...BAD_BODY, 'parameter_invalid', 'agent_not_found', 'config_key_forbidden')
  sendHeartbeat(
    @Context() context: RequestContext,
    @Param('agentId') agentId: string,
    @Body() body: HeartbeatDto,
  ): Promise<HeartbeatAnswerDto> {
    return this.agents.beat(context, agentId, body);
  }

  @Put(':agentId/owner')
  @Require('admin')
  @ApiOperation({
    summary: 'Hand an agent over',
    description: 'Its new owner alone, beside admins, may report for it and remove it.',
  })
  @ApiParam(ID)
  @ApiFailures(...BAD_BODY, 'parameter_invalid', 'agent_not_found', 'config_key_forbidden')
  async handOverAgent(
    @Context() context: RequestContext,
    @Param('agentId') agentId: string,
    @Body() { owner }: HandOverDto,
  ): Promise<HandedOverDto> {
    return { ok: true, owner, previousOwner: await this.agents.handOver(context, agentId, owner) };
  }

  @Delete(':agentId')
  @RequireForName('registry:write')
  @ApiOperation({
    summary: 'Remove an agent',
    description: 'One that still lives registers again with its next heartbeat.',
  })
  @ApiParam(ID)
  @ApiFailures('parameter_invalid', 'field_invalid', 'agent_not_found')
  removeAgent(
    @Context() context: RequestContext,
    @Param('agentId') agentId: string,
  ): Promise<AgentRemovedDto> {
    return this.agents.remove(context, agentId);
  }
}
