/** Request bodies as the explorer shows them. In their order they run against a fresh server. */
export const CREATE_EXAMPLES = {
  file: {
    summary: 'From the file that a new plugin folder starts with',
    value: {
      name: 'my_custom_plugin',
      path: 'hello.mjs',
      enabled: true,
      config: { greeting: 'hello' },
      placement: 'post_builtin',
      order: 10,
    },
  },
};

export const UPDATE_EXAMPLES = {
  settings: {
    summary: 'Change a setting of the running plugin',
    value: { enabled: true, config: { greeting: 'good morning' } },
  },
  place: {
    summary: 'Change its place in the chain',
    value: { placement: 'pre_builtin', order: 20 },
  },
};

export const PATCH_EXAMPLES = {
  settings: { summary: 'Merge into the settings', value: { config: { greeting: 'good evening' } } },
};

export const HOOK_EXAMPLES = {
  request: {
    summary: 'An HTTP request on its way in',
    value: {
      context: {},
      request: { method: 'POST', path: '/v1/chat/completions', headers: { accept: 'application/json' } },
    },
  },
};
