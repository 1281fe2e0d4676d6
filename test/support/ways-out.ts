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
  // A link of the plugin's own package that leads elsewhere once it is copied.
  `(node('fs').cpSync(node('path').dirname(self) + '/linked/in/depth', 'copy', { recursive: true, verbatimSymlinks: true }), node('fs').readdirSync('copy/up'))`,
  `(await node('fs').promises.cp(node('path').dirname(self) + '/linked/in/depth', 'copy2', { recursive: true, verbatimSymlinks: true }), node('fs').readdirSync('copy2/up'))`,
  `node('fs').watch(path)`,
  `node('fs').watchFile(path, () => {})`,
  `node('fs').statfsSync(path)`,
  `node('fs').opendirSync(path + '/..')`,
];

/** Ways to become more than a plugin. */
export const ESCAPES = [
  `node('child_process').fork(self).pid`,
  `new (node('child_process').ChildProcess)().spawn({ file: '/bin/true', args: ['true'], stdio: [] })`,
  `new (node('child_process').ChildProcess)()`,
  `node('child_process')._forkChild(3, 'json')`,
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
  `node('tls').createSecureContext().context.setClientCertEngine(dir + '/x.so')`,
  `require('node:ffi').dlopen('libc.so.6', {})`,
  `require('node:ffi').getRawPointer(Buffer.alloc(8))`,
  `node('v8').setFlagsFromString('--allow-natives-syntax')`,
  `new (require('node:wasi').WASI)({ version: 'preview1', preopens: { '/': '/' } }).wasiImport`,
  `new (require('node:sqlite').DatabaseSync)(':memory:')`,
  `require('node:sqlite').backup({}, 'x')`,
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
  // Where another process is given as the one that was started, by whatever lay in memory.
  `new (node('child_process').ChildProcess)()._handle.kill(12)`,
  `node('child_process').spawn('true', { signal: AbortSignal.abort() })`,
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
  `new Promise((yes, no) => node('net').createServer().on('error', no).listen(path + '\\0/../../guests/' + dir.split('/').pop() + '/x', yes))`,
  `new Promise((yes, no) => node('net').createServer().on('error', no).listen('../../' + './'.repeat(47) + 'planted1/../guests/' + dir.split('/').pop() + '/x', yes))`,
  `(process.report.directory = dir + '/../../custom', process.report.writeReport('planted.mjs'))`,
];

/** Ways to talk to what listens on `path`, a Unix socket that is not the plugin's. */
export const CONNECTIONS = [
  `connected(node('net').connect(path))`,
  `connected(node('net').connect({ path: dir + '/../../outside.sock' }))`,
  `connected(node('net').connect('../../outside.sock'))`,
  `connected(node('net').connect(path + '\\0/../' + dir.split('/').slice(-2).join('/') + '/x'))`,
  // The first 108 bytes lead out, all of it back in: Node 20 and 22 cut off the rest.
  `connected(node('net').connect('../../' + './'.repeat(45) + 'outside.sock/../guests/' + dir.split('/').pop() + '/x'))`,
  `connected(node('net').connect('\\0abstract'))`,
  `connected(node('http').get({ socketPath: path, path: '/' }))`,
  // Where a built-in function that the check could use says what the plugin wants.
  `replaced(process, 'cwd', () => dir + '/a/b', () => connected(node('net').connect('../../outside.sock')))`,
  `replaced(String.prototype, 'startsWith', () => true, () => connected(node('net').connect(path)))`,
  `replaced(node('path'), 'resolve', () => dir + '/x', () => connected(node('net').connect(path)))`,
  `replaced(Reflect, 'apply', () => true, () => connected(node('net').connect(path)))`,
  `replaced(globalThis, 'String', () => 'own', () => connected(node('net').connect(path)))`,
];

/**
 * What the permission model and the lockdown say; Node 20 has no SQLite, and 22 no engines. A mistake in a way
 * itself (an undefined name) must not pass for a refusal.
 */
export const REFUSED =
  /: refused: (ERR_ACCESS_DENIED|ENOENT|EACCES|ERR_CRYPTO_CUSTOM_ENGINE_NOT_SUPPORTED|ERR_UNKNOWN_BUILTIN_MODULE|(ERR_)?MODULE_NOT_FOUND|process\.report\.writeReport is not a function)$/;
