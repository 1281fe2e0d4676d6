/** Whether the process lives. */
export class LiveDto {
  /**
   * Always `ok`.
   * @example "ok"
   */
  status: string;
}

/** Whether the server can do its work. */
export class ReadyDto {
  /**
   * `ok`, or `unavailable` with status 503.
   * @example "ok"
   */
  status: string;
  /**
   * `ok` when Postgres answers.
   * @example "ok"
   */
  database: string;
  /**
   * `ok` when changes made on other servers arrive at once.
   * @example "ok"
   */
  events: string;
  /**
   * `starting` until each enabled plugin runs or has failed, for READY_TIMEOUT at most; then `ok`.
   * @example "ok"
   */
  plugins: string;
}
