import { buildMessage, ValidateBy } from 'class-validator';

const MAX_LENGTH = 2_048;
const ADDRESS = ['http', 'https'];
/** A public URI may also be the name of a document that says what the agent is. */
const NAMES = [...ADDRESS, 'ipfs', 'ipns', 'ar', 'did'];

/** An http(s) address without a password. */
export const IsAddress = (): PropertyDecorator => isUri(ADDRESS);
/** An address, or a URI of a kind that names documents; nothing that a page could run when it shows it as a link. */
export const IsPublicUri = (): PropertyDecorator => isUri(NAMES);

function isUri(schemes: readonly string[]): PropertyDecorator {
  return ValidateBy({
    name: 'isUri',
    validator: {
      validate: (value) => isUriOf(schemes, value),
      defaultMessage: buildMessage(
        (prefix) =>
          `${prefix}$property must be a URI of at most ${MAX_LENGTH} characters without a password, beginning with ${schemes.join(', ')}`,
      ),
    },
  });
}

function isUriOf(schemes: readonly string[], value: unknown): boolean {
  if (typeof value !== 'string' || value.length > MAX_LENGTH) return false;
  if (/[\s\p{Cc}\p{Cs}]/u.test(value) || !URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return schemes.includes(protocol.slice(0, -1)) && username + password === '';
}
