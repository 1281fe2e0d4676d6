import type { PluginType } from '../../runtime/host/index.js';

/** What a plugin of which nothing is known is. */
export const CUSTOM = 'custom';

/** Well-known agent packages by their short names: those whose names, keywords and code do not tell their kind. */
const KNOWN: readonly (readonly [category: string, ids: readonly string[]])[] = [
  [
    'ai-provider',
    [
      ...[
        'openai',
        'anthropic',
        'ollama',
        'google-genai',
        'groq',
        'openrouter',
        'mistral',
        'deepseek',
        'grok',
      ],
      ...[
        'local-ai',
        'local-embedding',
        'elevenlabs',
        'xai',
        'together',
        'venice',
        'vercel-ai-gateway',
        'fal',
      ],
    ],
  ],
  [
    'connector',
    [
      ...[
        'discord',
        'telegram',
        'twitter',
        'slack',
        'farcaster',
        'whatsapp',
        'matrix',
        'signal',
        'instagram',
      ],
      ...['bluesky', 'github', 'email', 'nostr', 'lens', 'line', 'msteams', 'google-chat', 'mattermost', 'x'],
    ],
  ],
  ['database', ['sql', 'mongodb', 'postgres', 'sqlite', 'pglite', 'redis', 'supabase', 'qdrant']],
  ['security', ['secrets-manager', 'pii-redactor', 'trust', 'vault']],
  ['feature', ['bootstrap', 'knowledge', 'memory', 'planning', 'cron', 'browser', 'video', 'image', 'pdf']],
];
const KNOWN_IDS = new Map(KNOWN.flatMap(([category, ids]) => ids.map((id) => [id, category])));

/** Words that packages and catalogues are tagged with, from the most telling kind to the least. */
const TAGS: readonly (readonly [category: string, words: readonly string[]])[] = [
  ['ai-provider', ['ai-provider', 'model-provider', 'llm-provider', 'inference', 'embeddings']],
  ['connector', ['connector', 'client', 'messaging', 'social-media', 'chat-platform', 'messenger']],
  ['database', ['database', 'database-adapter', 'adapter', 'vector-database', 'vector-store']],
  ['app', ['app', 'application', 'miniapp', 'mini-app']],
  ['security', ['security', 'secrets', 'privacy']],
  ['feature', ['feature']],
];

/** What loaded code registers, from the most telling to the least; the hooks of gateways tell nothing of the kind. */
const REGISTERED: readonly (readonly [category: string, types: readonly PluginType[]])[] = [
  ['ai-provider', ['model']],
  ['app', ['route']],
  ['feature', ['action', 'provider', 'evaluator', 'service', 'event']],
];

/** What is known of a plugin before its code is loaded. */
interface Facts {
  /** What its package says; null where that is nothing. */
  said: string | null;
  npmName: string | null;
  /** Its keywords, and what a catalogue tags it with. */
  tags: readonly string[];
}

/** The kind of a plugin: what the package says, else its tags, else what its name is known or shaped as, else `custom`. */
export function deriveCategory({ said, npmName, tags }: Facts): string {
  if (said !== null) return said;
  const words = tags.map((tag) => tag.toLowerCase().replace(/[\s_]+/g, '-'));
  const tagged = TAGS.find(([, known]) => known.some((word) => words.includes(word)))?.[0];
  return tagged ?? (npmName === null ? CUSTOM : categoryOfName(npmName));
}

/** The kind that loaded code shows by what it registers, else `custom`. */
export function categoryOfTypes(types: readonly PluginType[]): string {
  return REGISTERED.find(([, known]) => known.some((type) => types.includes(type)))?.[0] ?? CUSTOM;
}

function categoryOfName(npmName: string): string {
  const bare = npmName.replace(/^@[^/]+\//, '').toLowerCase();
  const known = KNOWN_IDS.get(bare.replace(/^(?:elizaos-)?(?:plugin|client|adapter|app)-/, ''));
  if (known) return known;
  const [, shape] = /^(?:elizaos-)?(client|adapter|app)-/.exec(bare) ?? [];
  if (shape === 'client') return 'connector';
  return shape === 'adapter' ? 'database' : (shape ?? CUSTOM);
}
