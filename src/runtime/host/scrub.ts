import { withoutControls } from './text-views.js';

export type Scrub = (text: string) => string;

/**
 * Makes the function that all text of one plugin passes before anyone sees it: secrets become a mask,
 * folders of this machine become short names, terminal sequences and control characters go (a NUL
 * would not fit into the database).
 * @param mask of `secretMasker`
 * @param folders absolute folder → what to write instead
 */
export function scrubber(mask: Scrub, folders: Readonly<Record<string, string>>): Scrub {
  const paths = Object.entries(folders)
    .filter(([folder]) => folder.length > 1)
    .sort(([a], [b]) => b.length - a.length);
  return (text) => {
    let out = withoutControls(mask(text));
    for (const [folder, short] of paths)
      out = out.replaceAll(`file://${folder}`, short).replaceAll(folder, short);
    return out;
  };
}
