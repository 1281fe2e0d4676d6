import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { ANY_JSON } from '../../platform/http/free-form.js';
import { FleetAnsweredDto } from './fleet-outcome.dto.js';
import { STATUSES, type Status } from './plugin-status.js';
import { PLUGIN_SOURCES, type PluginSource } from './code-origin.js';
import { PLACEMENTS, type Placement } from './plugin.entity.js';
import { PageDto } from '../../platform/http/page.dto.js';

/** One thing that is wrong or doubtful about a plugin's settings. */
export class PluginProblemDto {
  /**
   * Dotted path of the setting.
   * @example "config.TWITTER_API_KEY"
   */
  field: string;
  /**
   * What is wrong and what would be right.
   * @example "is required and not set"
   */
  message: string;
}

/** One setting that a plugin takes, with its present value. */
export class PluginParameterDto {
  /**
   * Key in `config`.
   * @example "TWITTER_API_KEY"
   */
  key: string;
  /** Type of the value. */
  @ApiProperty({
    enum: ['string', 'number', 'integer', 'boolean', 'object', 'array', 'any'],
    example: 'string',
  })
  type: string;
  /**
   * Label for forms.
   * @example "API key"
   */
  label?: string;
  /**
   * What it is for.
   * @example "API key of the account that posts"
   */
  description: string;
  /**
   * Whether the plugin cannot work without it.
   * @example true
   */
  required: boolean;
  /**
   * Whether its value is masked wherever it is shown.
   * @example true
   */
  sensitive: boolean;
  /** Used when nothing is set. */
  @ApiProperty({ ...ANY_JSON, required: false, example: 'gpt-4o-mini' })
  default?: unknown;
  /** The values that it may have. */
  @ApiProperty({ type: 'array', items: ANY_JSON, required: false, example: ['low', 'high'] })
  options?: readonly unknown[];
  /**
   * Whether a value is set.
   * @example true
   */
  isSet: boolean;
  /** The value, masked where it is sensitive; null when unset. */
  @ApiProperty({ ...ANY_JSON, example: 'sk-n...-key' })
  currentValue: unknown;
}

/** What a plugin is doing on the node that answers. */
export class PluginStatusDto {
  /**
   * Display name of the plugin.
   * @example "my_custom_plugin"
   */
  name: string;
  /**
   * `active`: loaded and initialised. `uninitialized`: loaded, but required settings are missing.
   * `loading`: being started, or restarted after a crash. `error`: could not be started, or crashed too often.
   * `disabled`: not wanted. `unloaded`: wanted, not yet started here.
   */
  @ApiProperty({ enum: STATUSES, example: 'active' })
  status: Status;
  /** Its recent life: transitions and what it printed, newest last. */
  @ApiProperty({ type: [String], example: ['plugin my_custom_plugin initialized successfully'] })
  logs: string[];
  /** What the loaded code can do. */
  @ApiProperty({ type: [String], example: ['llm', 'http'] })
  types: string[];
}

/** How a plugin last ended although nobody asked it to, or failed to start, on the node that answers. */
export class PluginExitDto {
  /**
   * Why, as far as the server knows; secrets masked.
   * @example "exited with code 1: TypeError: fetch failed"
   */
  cause: string;
  /** When. */
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-15T08:00:00.000Z' })
  at: string;
  /** How often that has happened on this node since the plugin was created. */
  @ApiProperty({ type: 'integer', minimum: 1, example: 1 })
  count: number;
}

/** A plugin: what is wanted of it and what it is doing. The same shape wherever a plugin is answered. */
export class PluginDto {
  /**
   * Key in paths.
   * @example "my_custom_plugin"
   */
  id: string;
  /**
   * Display name.
   * @example "my_custom_plugin"
   */
  name: string;
  /**
   * What the loaded code calls itself; empty while no code is loaded.
   * @example "MyCustomPlugin"
   */
  actualName: string;
  /**
   * What it is for.
   * @example "Adds a greeting to every request"
   */
  description: string;
  /**
   * Kind of plugin, for sorting: what its package says, else what its keywords and the catalog, its name or its loaded
   * code show (`ai-provider`, `connector`, `database`, `app`, `feature`, `security`), else `custom`.
   * @example "custom"
   */
  category: string;
  /** Words to find it by. */
  @ApiProperty({ type: [String], example: ['http'] })
  tags: string[];
  /** Where its code comes from. */
  @ApiProperty({ enum: PLUGIN_SOURCES, example: 'path' })
  source: PluginSource;
  /** Name of its npm package, where it is one. */
  @ApiProperty({ type: String, nullable: true, example: null })
  npmName: string | null;
  /** Version of its package, where it says one. */
  @ApiProperty({ type: String, nullable: true, example: null })
  version: string | null;
  /**
   * Whether it is wanted.
   * @example true
   */
  enabled: boolean;
  /**
   * Whether it is really loaded and initialised now, on the node that answers.
   * @example true
   */
  isActive: boolean;
  /**
   * Whether every required parameter is set, and given to its code.
   * @example true
   */
  configured: boolean;
  /** Why it does not run, in the plugin's own words where it has some. */
  @ApiProperty({ type: String, nullable: true, example: null })
  loadError: string | null;
  /** Its last crash or failed start, which stays when it runs again; null where there was none. */
  @ApiProperty({ oneOf: [{ $ref: getSchemaPath(PluginExitDto) }, { type: 'null' }], example: null })
  lastExit: PluginExitDto | null;
  /** Environment variable that it is mainly set up with: its first secret; null where it has none. */
  @ApiProperty({ type: String, nullable: true, example: 'TWITTER_API_KEY' })
  envKey: string | null;
  /** The settings that it takes. */
  parameters: PluginParameterDto[];
  /** What keeps it from being configured. */
  validationErrors: PluginProblemDto[];
  /**
   * What looks doubtful: stored secrets that its code is not given, since that was exchanged by a caller without the
   * scope `secrets:reveal`; and a JSON Schema of its own that cannot be used.
   */
  validationWarnings: PluginProblemDto[];
  /** Its settings, secrets masked; null when none are set. */
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, example: { greeting: 'hello' } })
  config: Record<string, unknown> | null;
  /** Every key that is or can be set. */
  @ApiProperty({ type: [String], example: ['greeting'] })
  configKeys: string[];
  /** Hints for forms, by key. */
  @ApiProperty({ type: 'object', additionalProperties: true, example: {} })
  configUiHints: Record<string, unknown>;
  /**
   * True for all but the plugins that come with the server.
   * @example true
   */
  isCustom: boolean;
  /** Path or URL of its code, as it was given. */
  @ApiProperty({ type: String, nullable: true, example: 'hello.mjs' })
  path: string | null;
  /** Expected SHA-256 of its file, 64 hex digits; of an ejected plugin that of the archive of what runs. */
  @ApiProperty({ type: String, nullable: true, example: null })
  checksum: string | null;
  /** Where gateways run it in their chain. */
  @ApiProperty({ enum: PLACEMENTS, required: false, example: 'post_builtin' })
  placement?: Placement;
  /** Its place among those of the same placement. */
  @ApiProperty({ type: 'integer', required: false, example: 10 })
  order?: number;
  /** What it is doing. */
  status: PluginStatusDto;
  /** Grows by one with every change of what is wanted; `If-Match` takes the ETag that carries it. */
  @ApiProperty({ type: 'integer', minimum: 1, example: 1 })
  revision: number;
  /** When it was created. */
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-15T08:00:00.000Z' })
  createdAt: string;
  /** When what is wanted was last changed. */
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-15T08:00:00.000Z' })
  updatedAt: string;
}

/** A page of plugins, or all of them. */
export class PluginListDto extends PageDto {
  /** The plugins, ordered by id. */
  plugins: PluginDto[];
  /** How many there are in all that pass the filters. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 1 })
  total: number;
}

/** Names only. */
export class PluginNamesDto {
  /** The names. */
  @ApiProperty({ type: [String], example: ['header-policy', 'pii-redactor'] })
  plugins: string[];
}

/** A created plugin. */
export class PluginCreatedDto extends FleetAnsweredDto {
  /**
   * What was done.
   * @example "Plugin created successfully"
   */
  message: string;
  /** The plugin. */
  plugin: PluginDto;
}

/** An updated plugin. */
@ApiExtraModels(PluginDto)
export class PluginUpdatedDto extends FleetAnsweredDto {
  /**
   * Always true.
   * @example true
   */
  ok: boolean;
  /**
   * What was done.
   * @example "Plugin updated successfully"
   */
  message: string;
  /** The plugin, as it is now. */
  @ApiProperty({ allOf: [{ $ref: getSchemaPath(PluginDto) }] })
  plugin: PluginDto;
  /**
   * Whether the change takes effect only after a restart: never, plugins are exchanged while the server runs.
   * @example false
   */
  requiresRestart: boolean;
}

/** A deleted plugin. */
export class PluginDeletedDto extends FleetAnsweredDto {
  /**
   * Always true.
   * @example true
   */
  ok: boolean;
  /**
   * What was done.
   * @example "Plugin deleted successfully"
   */
  message: string;
}
