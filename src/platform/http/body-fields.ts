import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  type Type,
} from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { ApiProperty } from '@nestjs/swagger';
import { getMetadataStorage } from 'class-validator';
import { map, type Observable } from 'rxjs';
import type { Response } from 'express';
import { nearestName } from '../edit-distance.js';
import { BadRequest, type FieldProblem } from './errors.js';
import { assertPlainJson } from './plain-json.js';
import type { AppRequest } from './request.js';

const SYNONYMS: Readonly<Record<string, string>> = { enable: 'enabled', enabled: 'enable' };
const RULES = Symbol('rules for the fields of a body');

/** How a body's fields are matched with those of its DTO. */
export interface FieldRules {
  /**
   * `refuse` (the default): an unknown field is 400. `ignore`, for routes that clients of other servers call: only
   * typos of known fields are 400, the rest is left out and listed in `warnings`.
   */
  unknown?: 'refuse' | 'ignore';
  /** DTO that is read at the same path. Its other fields are left out silently, so that what was read can be sent back. */
  readOnlyOf?: () => Type;
  /** Takes keys in any case (`Name`), as the gateway's JSON reader does. */
  anyCase?: boolean;
}

/** Says how the fields of a body are matched with those of this class. */
export function BodyFields(rules: FieldRules): ClassDecorator {
  return (target) => Reflect.defineMetadata(RULES, rules, target);
}

/** A field of a request that was ignored. */
export class IgnoredFieldDto {
  /** Kind of warning. */
  @ApiProperty({ enum: ['field_ignored'], example: 'field_ignored' })
  code: 'field_ignored';
  /**
   * Name of the field.
   * @example "note"
   */
  field: string;
  /**
   * For a person.
   * @example "note is not a field of this request and was ignored"
   */
  message: string;
}

/** An answer to a request whose unknown fields are ignored. */
export class WarnedDto {
  /** Fields of the request that were ignored; absent where there were none. */
  @ApiProperty({ type: [IgnoredFieldDto], required: false })
  warnings?: readonly { code: string; message: string }[];
}

/**
 * Matches the fields of every body with those of its DTO before anything else looks at it: renames synonyms, leaves out
 * read-only fields, refuses unknown ones or lists them in the `warnings` of the answer. `Prefer: handling=strict`
 * (RFC 7240) refuses unknown fields everywhere.
 */
@Injectable()
export class BodyFieldsInterceptor implements NestInterceptor {
  private readonly bodyTypes = new WeakMap<object, Type | null>();

  intercept(context: ExecutionContext, next: CallHandler<object>): Observable<object> {
    const request = context.switchToHttp().getRequest<AppRequest>();
    const body: unknown = request.body;
    const type = this.bodyTypeOf(context);
    // Whatever is no object is refused by the pipe.
    if (!type || typeof body !== 'object' || body === null || Array.isArray(body)) return next.handle();
    assertPlainJson(body);
    const isStrict = /\bhandling\s*=\s*"?strict\b/i.test(request.get('prefer') ?? '');
    const { fields, ignored } = matchFields(body as Record<string, unknown>, type, isStrict);
    request.body = fields;
    if (isStrict)
      context.switchToHttp().getResponse<Response>().append('Preference-Applied', 'handling=strict');
    return ignored.length === 0 ? next.handle() : next.handle().pipe(map((answer) => warn(answer, ignored)));
  }

  private bodyTypeOf(context: ExecutionContext): Type | null {
    const handler = context.getHandler();
    const known = this.bodyTypes.get(handler);
    if (known !== undefined) return known;
    const type = findBodyType(context.getClass(), handler.name);
    this.bodyTypes.set(handler, type);
    return type;
  }
}

/** Returns the class of a method's `@Body()`, or null where it has none. */
function findBodyType(controller: Type, method: string): Type | null {
  const args = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, method) ?? {}) as Record<
    string,
    { index: number }
  >;
  const [, body] = Object.entries(args).find(([key]) => key.startsWith(`${RouteParamtypes.BODY}:`)) ?? [];
  if (!body) return null;
  const types = Reflect.getMetadata('design:paramtypes', controller.prototype as object, method) as Type[];
  return types[body.index] ?? null;
}

/**
 * @returns the fields that the DTO knows, under the names that it gives them, and which others are ignored
 * @throws BadRequest `field_invalid` for those that are refused
 */
function matchFields(
  body: Record<string, unknown>,
  type: Type,
  isStrict: boolean,
): { fields: Record<string, unknown>; ignored: IgnoredFieldDto[] } {
  const { unknown = 'refuse', readOnlyOf, anyCase = false } = rulesOf(type);
  const known = bodyFieldsOf(type);
  const readOnly = readOnlyOf ? documentedFieldsOf(readOnlyOf()) : new Set<string>();
  const fields: Record<string, unknown> = {};
  const problems: FieldProblem[] = [];
  const ignored: IgnoredFieldDto[] = [];
  // Exact names first: they win over synonyms and other cases.
  for (const key of known) if (Object.hasOwn(body, key)) fields[key] = body[key];
  for (const [key, value] of Object.entries(body)) {
    const name = findName(key, known, anyCase);
    if (name === undefined && findName(key, readOnly, anyCase) !== undefined) continue;
    if (name === undefined) {
      const meant = nearestName(key, known);
      const isRefused = unknown === 'refuse' || isStrict || meant !== null;
      if (isRefused) problems.push({ field: key, message: explainUnknown(meant, known) });
      else ignored.push(ignoredField(key));
    } else if (!Object.hasOwn(fields, name)) fields[name] = value;
    else if (fields[name] !== value) problems.push({ field: key, message: `contradicts ${name}` });
  }
  refuse(problems);
  return { fields, ignored };
}

/** @throws BadRequest `field_invalid` where there are problems */
function refuse(problems: readonly FieldProblem[]): void {
  const [first] = problems;
  if (!first) return;
  const text = `${first.field} ${first.message}`;
  throw new BadRequest('field_invalid', text.endsWith('?') ? text : `${text}.`, first.field, problems);
}

function ignoredField(field: string): IgnoredFieldDto {
  return {
    code: 'field_ignored',
    field,
    message: `${field} is not a field of this request and was ignored`,
  };
}

/** Finds the name that a key of a body stands for. */
function findName(key: string, names: ReadonlySet<string>, anyCase: boolean): string | undefined {
  if (names.has(key)) return key;
  const synonym = SYNONYMS[key];
  if (synonym !== undefined && names.has(synonym)) return synonym;
  if (!anyCase) return undefined;
  const lower = key.toLowerCase();
  return [...names].find((name) => name.toLowerCase() === lower);
}

function explainUnknown(meant: string | null, known: ReadonlySet<string>): string {
  return meant === null
    ? `is not a field of this request, which takes ${[...known].join(', ')}`
    : `is not a field of this request. Did you mean "${meant}"?`;
}

function rulesOf(type: Type): FieldRules {
  return (Reflect.getMetadata(RULES, type) ?? {}) as FieldRules;
}

const fieldsOfBodies = new WeakMap<Type, ReadonlySet<string>>();

/** The fields that a body DTO takes: those that it validates. */
export function bodyFieldsOf(type: Type): ReadonlySet<string> {
  const known = fieldsOfBodies.get(type);
  if (known) return known;
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  const fields = new Set(rules.map(({ propertyName }) => propertyName));
  fieldsOfBodies.set(type, fields);
  return fields;
}

const documentedFields = new WeakMap<Type, ReadonlySet<string>>();

/** The fields that a DTO documents, inherited ones too. */
function documentedFieldsOf(type: Type): ReadonlySet<string> {
  const known = documentedFields.get(type);
  if (known) return known;
  const fields = new Set<string>();
  const decorated = Reflect.getMetadata('swagger/apiModelPropertiesArray', type.prototype as object) as
    string[] | undefined;
  for (const name of decorated ?? []) fields.add(name.slice(1));
  for (let at: DocumentedType | null = type; at; at = Object.getPrototypeOf(at) as DocumentedType | null)
    if (Object.hasOwn(at, '_OPENAPI_METADATA_FACTORY'))
      for (const name of Object.keys(at._OPENAPI_METADATA_FACTORY?.() ?? {})) fields.add(name);
  documentedFields.set(type, fields);
  return fields;
}

/** What `@nestjs/swagger` leaves on a class: names from decorators as metadata, and a function for all others. */
interface DocumentedType extends Type {
  _OPENAPI_METADATA_FACTORY?: () => object;
}

function warn(answer: object, ignored: readonly IgnoredFieldDto[]): object {
  const { warnings = [] } = answer as { warnings?: readonly object[] };
  return { ...answer, warnings: [...warnings, ...ignored] };
}
