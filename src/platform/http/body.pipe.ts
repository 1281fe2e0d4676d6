import {
  type ArgumentMetadata,
  Injectable,
  type Type,
  ValidationPipe,
  type ValidationError,
} from '@nestjs/common';
import * as transformerPackage from 'class-transformer';
import * as validatorPackage from 'class-validator';
import { bodyFieldsOf } from './body-fields.js';
import { assertNoNul } from './plain-json.js';
import { BadRequest, type FieldProblem } from './errors.js';

const LEFT_OUT = Symbol('body may be left out');

/** Lets a request leave the body out that this class describes; then it is an empty object. */
export function MayBeLeftOut(): ClassDecorator {
  return (target) => Reflect.defineMetadata(LEFT_OUT, true, target);
}

/**
 * Checks bodies and queries against their DTOs: a wrong type is 400 with the field's name, unknown keys of a query are
 * dropped (real clients send some), a body that is no object is refused. `BodyFieldsInterceptor` has looked at the
 * names of a body's fields before.
 *
 * class-transformer takes time by the square of the keys that it is given, so it sees only the properties of a query's
 * DTO, and bodies not at all: JSON has types of its own, and what lies in a field is left as it was parsed.
 */
@Injectable()
export class BodyPipe extends ValidationPipe {
  /** DTOs that an empty query satisfies. Most reads have none, and checking it anew is a fifth of a list's time. */
  private readonly satisfied = new Set<Type>();

  constructor() {
    super({
      ...{ whitelist: true, transform: true, exceptionFactory: toBadRequest },
      // The copies that our decorators speak to; the framework would look for them itself.
      ...{ validatorPackage, transformerPackage },
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'query' && isEmpty(value)) return this.emptyQuery(value, metadata);
    if (metadata.type === 'query' || metadata.type === 'param') refuseNul(value, metadata);
    if (metadata.type === 'query') return super.transform(this.known(value, metadata), metadata);
    if (metadata.type !== 'body') return super.transform(value, metadata);
    if (value === undefined && metadata.metatype && Reflect.hasMetadata(LEFT_OUT, metadata.metatype))
      return this.checked({}, metadata);
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new BadRequest(
        'body_not_object',
        'The body must be a JSON object, sent with Content-Type: application/json.',
      );
    return this.checked(value, metadata);
  }

  private async checked(value: object, metadata: ArgumentMetadata): Promise<unknown> {
    const { metatype } = metadata;
    if (!metatype || !this.toValidate(metadata)) return value;
    const instance = Object.assign(new metatype() as object, this.known(value, metadata));
    const errors = await this.validate(instance, this.validatorOptions);
    if (errors.length > 0) throw toBadRequest(errors);
    return instance;
  }

  /** The properties of a value that its DTO declares. */
  private known(value: unknown, metadata: ArgumentMetadata): unknown {
    const { metatype } = metadata;
    if (typeof value !== 'object' || value === null || !metatype || !this.toValidate(metadata)) return value;
    const names = [...bodyFieldsOf(metatype)].filter((name) => Object.hasOwn(value, name));
    return Object.fromEntries(names.map((name) => [name, Reflect.get(value, name) as unknown]));
  }

  private async emptyQuery(value: object, metadata: ArgumentMetadata): Promise<unknown> {
    const { metatype } = metadata;
    if (metatype && this.satisfied.has(metatype)) return new metatype();
    const checked: unknown = await super.transform(value, metadata);
    if (metatype && checked instanceof metatype) this.satisfied.add(metatype);
    return checked;
  }
}

function isEmpty(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function refuseNul(value: unknown, { data, type }: ArgumentMetadata): void {
  if (typeof value !== 'object' || value === null) assertNoNul(value, data ?? type);
  else for (const [name, text] of Object.entries(value)) assertNoNul(text, name);
}

function toBadRequest(errors: ValidationError[]): BadRequest {
  const problems = errors.flatMap((error) => flatten(error, ''));
  const first = problems[0] ?? { field: '', message: 'is not valid' };
  return new BadRequest('field_invalid', `${first.field} ${first.message}.`, first.field, problems);
}

function flatten(error: ValidationError, prefix: string): FieldProblem[] {
  const field = prefix + error.property;
  const own = problemOf(error);
  return [
    ...(own === undefined ? [] : [{ field, message: own }]),
    ...(error.children ?? []).flatMap((child) => flatten(child, `${field}.`)),
  ];
}

/** The one rule to tell of: that of the topmost decorator, which says the type; the others follow from that. */
function problemOf({ constraints, property, value }: ValidationError): string | undefined {
  const text = Object.values(constraints ?? {}).at(-1);
  if (text !== undefined && value === undefined) return `is required: the request must include '${property}'`;
  return text?.startsWith(`${property} `) ? text.slice(property.length + 1) : text;
}
