/** Code for a plugin made from PROBE that looks for a way out of its fence. */

/** Ways to read `path`, a file of the server's. */
export const READS = [
  `node('fs').readFileSync(path, 'utf8')`,
  `node('fs').readFileSync(Buffer.from(dir + '/../../secrets/jwt-secret'), 'utf8')`,
  `node('fs').readFileSync('../../secrets/jwt-secret', 'utf8')`,
  `(await node('fs').openAsBlob(path)).text()`,
  `(node('fs').copyFileSync(path, 'copy'), node('fs').readFileSync('copy', 'utf8'))`,
  `(node('fs').linkSync(path, 'hard'), node('fs').readFileSync('hard', 'utf8'))`,
  `(node('fs').symlinkSync(path, 'soft'), node('fs').readFileSync('soft', 'utf8'))`,
  `(await node('fs').promises.symlink('../../secrets', 'soft2'), node('fs').readdirSync('soft2'))`,
  `node('fs').readdirSync(path + '/..')`,
  `process.loadEnvFile(path)`,
  `import(path)`,
  `require(path)`,
  `node('child_process').execFileSync('cat', [path]).toString()`,
];

/** Ways to become more than a plugin. */
export const ESCAPES = [
  `node('child_process').fork(self).pid`,
  `new (node('child_process').ChildProcess)().spawn({ file: '/bin/true', args: ['true'], stdio: [] })`,
  `node('cluster').fork().id`,
  `new (node('worker_threads').Worker)('1', { eval: true }).threadId`,
  `node('module').register('data:text/javascript,')`,
  `node('inspector').open(0)`,
  `new (node('inspector').Session)().connect()`,
  `node('vm').runInNewContext('this.constructor.constructor("return process")().binding("fs")')`,
  `process.binding('spawn_sync')`,
  `process._linkedBinding('fs')`,
  `process.dlopen({ exports: {} }, '/lib/libc.so.6')`,
  `(node('fs').writeFileSync('x.node', 'x'), require(dir + '/x.node'))`,
  `node('crypto').setEngine(dir + '/x.node')`,
  `node('v8').setFlagsFromString('--allow-natives-syntax')`,
  `new (require('node:wasi').WASI)({ version: 'preview1', preopens: { '/': '/' } }).wasiImport`,
  `new (require('node:sqlite').DatabaseSync)(':memory:')`,
  `process.report.writeReport('report.json')`,
  `process.setuid(0)`,
  `process.chdir('/')`,
];

/** Ways to end or disturb `path`, a process that is not its own. */
export const SIGNALS = [
  `process.kill(Number(path), 'SIGKILL')`,
  `process.kill(0, 'SIGKILL')`,
  `process.kill(-1, 'SIGKILL')`,
  `process.kill(process.ppid || Number(path), 'SIGKILL')`,
  `process._kill(Number(path), 9)`,
  `process._debugProcess(Number(path))`,
  `node('os').setPriority(Number(path), 19)`,
];

/** Ways to change `path`, a file that is not the plugin's, or the plugin's own program. */
export const CHANGES = [
  `node('fs').writeFileSync(path, '')`,
  `node('fs').writeFileSync(self, '')`,
  `node('fs').chmodSync(self, 0o777)`,
  `node('fs').openSync(self, node('fs').constants.O_TRUNC)`,
  `(node('fs').linkSync(self, 'own'), node('fs').writeFileSync('own', ''))`,
  `node('fs').renameSync(self, 'own')`,
  `node('fs').mkdtempSync(path)`,
  `node('v8').writeHeapSnapshot(path)`,
  `new Promise((yes, no) => node('net').createServer().on('error', no).listen(path, yes))`,
  `new Promise((yes, no) => node('http').createServer().on('error', no).listen({ path: dir + '/../planted' }, yes))`,
  `new (node('net').createServer().listen('own.sock')._handle.constructor)(1).bind(path)`,
  `(process.report.directory = dir + '/../../custom', process.report.writeReport('planted.mjs'))`,
];

/**
 * What the permission model and the lockdown say; Node 20 has no SQLite, and 22 no engines. A mistake in a way
 * itself (an undefined name) must not pass for a refusal.
 */
export const REFUSED =
  /: refused: (ERR_ACCESS_DENIED|ERR_CRYPTO_CUSTOM_ENGINE_NOT_SUPPORTED|ERR_UNKNOWN_BUILTIN_MODULE|(ERR_)?MODULE_NOT_FOUND|process\.report\.writeReport is not a function)$/;
