/** What the server is and where to go on; addresses are paths on this server. */
export class RootDto {
  /**
   * The product.
   * @example "Plugboard"
   */
  name: string;
  /**
   * Version of the server.
   * @example "0.1.0"
   */
  version: string;
  /**
   * The explorer, for people.
   * @example "/docs"
   */
  explorer: string;
  /**
   * The OpenAPI document, for tools.
   * @example "/openapi.json"
   */
  openapi: string;
  /**
   * Whether the process lives, without a token.
   * @example "/health/live"
   */
  live: string;
  /**
   * Whether the server should get traffic, without a token.
   * @example "/health/ready"
   */
  ready: string;
  /**
   * The plugins, with a token.
   * @example "/api/plugins"
   */
  plugins: string;
}
