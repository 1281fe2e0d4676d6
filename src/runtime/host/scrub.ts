/** Shorter secrets are words: masking them would tear ordinary lines apart. */
const SHORTEST_SECRET = 4;
const MASK = '****';

export type Scrub = (text: string) => string;

/**
 * Makes the function that all text of one plugin passes before anyone sees it: secrets become a mask (also
 * their JSON and URL spellings, and each line of those that have several), folders of this machine become
 * short names, control characters go (a NUL would not fit into the database).
 * @param folders absolute folder → what to write instead
 */
export function scrubber(secrets: readonly string[], folders: Readonly<Record<string, string>>): Scrub {
  const needles = [...new Set(secrets.flatMap(spellings))]
    .filter((needle) => needle.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length);
  const paths = Object.entries(folders)
    .filter(([folder]) => folder.length > 1)
    .sort(([a], [b]) => b.length - a.length);
  return (text) => {
    let out = text;
    for (const needle of needles) out = out.replaceAll(needle, MASK);
    for (const [folder, short] of paths)
      out = out.replaceAll(`file://${folder}`, short).replaceAll(folder, short);
    return out.replace(CONTROL, '');
  };
}

/** Colour codes first, else their printable tail would stay; then every control character but tab, newline. */
const CONTROL = /\p{Cc}\[[\d;]*m|[^\P{Cc}\t\n]/gu;

function spellings(secret: string): string[] {
  const lines = secret.includes('\n') ? secret.split(/\r?\n/) : [];
  return [secret, ...lines].flatMap((value) => [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(Buffer.from(value).toString()),
  ]);
}
