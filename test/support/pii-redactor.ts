/** The bundled redactor as its guest process loads it: by path, plain JavaScript. */
export interface RedactorPlugin {
  getName(): string;
  init(config?: unknown): void;
  preLLMHook(context: unknown, request: unknown): unknown;
  postLLMHook(context: unknown, response: unknown, error?: unknown): unknown;
  healthCheck(): { ok: boolean; message: string };
  cleanup(): void;
}

export const plugin = (await import(
  new URL('../../../plugins/pii-redactor/index.js', import.meta.url).href
)) as RedactorPlugin;

/** Every kind, the optional ones too. */
export const ALL_KINDS = ['email', 'phone', 'card', 'iban', 'secret', 'ip'];

/** What becomes of one text as a prompt. */
export function redact(text: string): string {
  const answer = plugin.preLLMHook({}, { prompt: text }) as { prompt: string } | null;
  return answer ? answer.prompt : text;
}
