/**
 * Preloaded into every server that a test starts (`--import`). Ends the server at once when the other end of its
 * standard input closes: a test process that was killed, or that failed before it could stop its server, leaves none.
 */
process.stdin
  .resume()
  .on('end', () => process.kill(process.pid, 'SIGKILL'))
  .on('error', () => process.kill(process.pid, 'SIGKILL'))
  .unref();
