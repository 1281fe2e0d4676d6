import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Require } from '../../../../platform/http/access.js';
import { ApiFailures } from '../../../../platform/http/api-failures.js';
import { SearchAnswerDto, SearchQueryDto } from './catalog-search.dto.js';
import { CatalogSearch } from './catalog-search.service.js';

@ApiTags('Registry')
@Controller('api/registry/search')
export class CatalogSearchController {
  constructor(private readonly catalog: CatalogSearch) {}

  @Get()
  @Require('registry:read')
  @ApiOperation({
    summary: 'Search the registry',
    description:
      'By words of the name, the description and the tags, in any order. What begins like a word, is one or two slips away from it, or is written in one word instead of two, is found too. An exact name comes first; plugins that are alive and can be installed come before those that are not.',
  })
  @ApiOkResponse({ type: SearchAnswerDto, description: 'The best matches.' })
  @ApiFailures('parameter_invalid')
  searchRegistry(@Query() query: SearchQueryDto): Promise<SearchAnswerDto> {
    return this.catalog.search(query);
  }
}
