import { describe, expect, it } from '@jest/globals';
import { isSensitiveKey } from './sensitive-key.js';

const SECRET = `
  OPENAI_API_KEY ANTHROPIC_API_KEY TWITTER_API_KEY TWITTER_API_SECRET_KEY TWITTER_ACCESS_TOKEN
  TWITTER_ACCESS_TOKEN_SECRET TWITTER_PASSWORD TWITTER_2FA_SECRET TWITTER_COOKIES TELEGRAM_BOT_TOKEN DISCORD_API_TOKEN
  GOOGLE_GENERATIVE_AI_API_KEY EVM_PRIVATE_KEY SOLANA_PRIVATE_KEY WALLET_SECRET_KEY WALLET_SEED SEED_PHRASE
  recovery-phrase MNEMONIC POSTGRES_PASSWORD POSTGRES_URL DATABASE_URL REDIS_URL MONGODB_URI SENTRY_DSN dsn
  connectionString CONNECTION_STRING azureConnectionString SLACK_WEBHOOK_URL SLACK_SIGNING_SECRET webhook_secret
  webhookSecret STRIPE_WEBHOOK_SECRET GITHUB_PAT GITHUB_TOKEN NPM_TOKEN HF_TOKEN VERIFY_TOKEN api_key apiKey apikey
  API-KEY X-Api-Key x-bf-vk APIKey api_keys API_KEY_2 openaiApiKey token tokens authToken auth_token bearer_token
  accessToken refresh_token sessionToken access_tokens secret secrets clientSecret client_secret CLIENT-SECRET password
  passwd pwd dbPassword dbpassword DB_PASS SMTP_PASS redisPass passphrase private_key_passphrase keyPassphrase
  privateKey private_key ssh_private_key credential credentials awsCredentials GOOGLE_APPLICATION_CREDENTIALS creds auth
  basic_auth proxyAuth oauth Authorization Proxy-Authorization auth_header auth_headers cookie cookies Set-Cookie
  sessionCookie session_string jwt JWT_SECRET encryption_key encryptionKey signing_key LITELLM_MASTER_KEY
  AWS_SECRET_ACCESS_KEY AWS_ACCESS_KEY_ID secret_id HELIUS_KEY SUPABASE_SERVICE_ROLE_KEY secret_key_base password_hash
  hmac_key license_key key keys TLS_KEY secretaccesskey myapikey SERVICE_ACCOUNT_JSON ＡＰＩ＿ＫＥＹ
  private PRIVATE wallet_private privatePem private_jwk seed SEED masterSeed hd_seed seed_hex seedphrase seed_words
  backupPhrase mnemonicWords mnemonics bot telegram_bot discordBot botToken BOT_TOKEN bottoken webhook webhooks
  slackWebhook discord_webhook webhookUrl webhookURL webhook_urls webhookURLs webhookurl WEBHOOK_URI webhook_endpoint
  webhookAddress --token --api-key --webhook-url`;

const OPEN = `
  max_tokens maxTokens MAX_TOKENS ANTHROPIC_MAX_TOKENS max_input_tokens MAX_OUTPUT_TOKENS tokenizer tokenizer_model
  TOKENIZERS_PARALLELISM token_limit tokenLimit token_count tokens_per_minute TOKENS_PER_SECOND total_tokens
  completion_tokens prompt_tokens stop_tokens token_budget token_type token_url token_endpoint token_ttl tokenExpiry
  token_address token_symbol thinking_budget_tokens name username TWITTER_USERNAME email host port url base_url
  OPENAI_BASE_URL OPENAI_SMALL_MODEL model region DISCORD_APPLICATION_ID CHANNEL_IDS client_id clientId oauth_client_id
  public_key publicKey ssh_public_key partition_key primaryKey cache_key sort_key idempotency_key routingKey keyword
  keywords keyboard monkey keyspace author authority authors passport bypass pass_through passthrough compass secretary
  auth_type auth_url authMethod auth_mode require_auth enableAuth use_token redact_secrets mask_api_keys detectSecrets
  password_min_length passwordPolicy password_reset_url cookie_name cookieDomain cookie_max_age secret_name secretRef
  private_key_path credentials_file api_key_header apiKeyName jwt_issuer JWT_AUDIENCE jwt_algorithm jwks_url webhook_path
  webhookPort webhook_id webhook_enabled webhookEvents private_channels privateMode is_private bot_name botId bot_prefix is_bot
  robot seed_nodes random_seed samplingSeed seed_file --max-tokens --port LOG_LEVEL DRY_RUN timeout temperature session_timeout PGLITE_DATA_DIR blocked_patterns
  allowed_models placement`;

const names = (text: string): string[] => text.trim().split(/\s+/);

describe('names of secrets', () => {
  it.each(names(SECRET))('%s is one', (name) => {
    expect(isSensitiveKey(name)).toBe(true);
  });

  it.each(names(OPEN))('%s is none', (name) => {
    expect(isSensitiveKey(name)).toBe(false);
  });

  it('survives names nobody chose', () => {
    for (const name of ['', '_', '123', '\u0000', '\ud800', '🔑', '__proto__', 'constructor', ' '])
      expect(isSensitiveKey(name)).toBe(false);
    expect(isSensitiveKey('a_'.repeat(50_000) + 'token')).toBe(true);
    expect(isSensitiveKey('aA'.repeat(50_000))).toBe(true);
    expect(isSensitiveKey('aA'.repeat(128))).toBe(false);
  });
});
