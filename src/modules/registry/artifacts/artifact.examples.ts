/** The version of the examples; its id is made from its name and version. */
export const SAMPLE_ID = 'plugin-1c83acfbbad7e0f67527c32480c7f228';
/** That of `header-stamp` 1.0.0. */
export const VERIFIED_ID = 'plugin-112c20e204343c655c62388760d3fd98';

export const REGISTER_EXAMPLES = {
  collector: {
    summary: 'A log collector, for hosts that run Go',
    value: {
      name: 'nginx-log-collector',
      version: '2.1.0',
      pluginType: 'log',
      artifactUrl: 'https://artifacts.example.com/plugins/nginx-log-collector-2.1.0.tar.gz',
      checksum: 'sha256:abc123def456',
      configSchema: '{}',
      pluginRuntime: 'go',
    },
  },
};

export const CHANGE_EXAMPLES = {
  deprecate: {
    summary: 'Warn of a version',
    value: { status: 'deprecated', statusMessage: 'Leaks file handles.', replacement: 'nginx-metrics' },
  },
  restore: { summary: 'Take the warning back', value: { status: 'active' } },
};
