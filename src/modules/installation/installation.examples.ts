import type { InstallDto, RollbackDto } from './installation.dto.js';

/** Bodies that the explorer offers; each works as it stands. */
export const INSTALL_EXAMPLES: Record<string, { summary: string; value: InstallDto }> = {
  plan: {
    summary: 'See what would be done',
    value: { name: '@elizaos/plugin-openai', version: 'latest', dryRun: true },
  },
  install: { summary: 'Install the latest version', value: { name: '@elizaos/plugin-openai' } },
};

/** Bodies that the explorer offers once two versions are kept. */
export const ROLLBACK_EXAMPLES: Record<string, { summary: string; value: RollbackDto }> = {
  before: { summary: 'Back to the version installed before', value: {} },
};
