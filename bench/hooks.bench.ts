import { ENVIRONMENT_NOTE, note } from './support/environment.js';
import { BenchRuntime } from './support/runtime.js';
import { SMALL_PLUGIN } from './support/plugins.js';
import { BenchServer } from './support/server.js';
import { sample, summarize } from './stats.js';
import { printTable } from './table.js';

export const title = 'One hook call, one after the other';

const CALLS = 3_000;
const WARM_UP = 1_000;
const REQUEST = { model: 'small', messages: [{ role: 'user', content: 'x'.repeat(200) }] };

type Hook = (context: object, request: object) => unknown;

export async function run(): Promise<void> {
  const times: Record<string, Float64Array> = {};
  const direct = (await import(`data:text/javascript,${encodeURIComponent(SMALL_PLUGIN)}`)) as {
    preLLMHook: Hook;
  };
  times['called directly'] = await sample(async () => direct.preLLMHook({}, REQUEST), CALLS, WARM_UP);
  await BenchRuntime.use(async (bench) => {
    for (const format of ['javascript', 'wasm'] as const) {
      await bench.start(format);
      const hook = format === 'wasm' ? 'httpTransportPreHook' : 'preLLMHook';
      const call = (): unknown => bench.runtime.callHook(format, hook, { context: {}, request: REQUEST });
      times[`through the fence, ${format}`] = await sample(call, CALLS, WARM_UP);
    }
  });
  await BenchServer.use(async (server) => {
    await server.plugin('small.mjs', SMALL_PLUGIN);
    await server.create('small', 'small.mjs', true);
    const body = { context: {}, request: REQUEST };
    times['over HTTP'] = await sample(
      () => server.http.expect(200, 'POST', '/api/plugins/small/hooks/preLLMHook', body),
      CALLS,
      WARM_UP,
    );
  });
  const rows = Object.entries(times).map(([name, all]) => {
    const { p50, p99 } = summarize(all);
    return [name, p50 * 1_000, p99 * 1_000];
  });
  printTable(['call', 'p50 µs', 'p99 µs'], rows);
  note(`${CALLS} calls each. ${ENVIRONMENT_NOTE}`);
}
