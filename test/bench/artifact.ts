/** The size of the artifact that is deployed, and how much of it is loaded before the first event. */
import { artifactSizes, MAX_ARTIFACT_BYTES, MAX_ENTRY_BYTES } from '../support/artifact.ts';
import type { Figure } from './figure.ts';

export async function artifact(): Promise<Figure[]> {
  const { entryBytes, loadedBytes, zippedBytes } = await artifactSizes();
  return [
    {
      name: "size of the function's entry chunk, minified; with everything that it loads before the first event",
      asked: `≤ ${kB(MAX_ENTRY_BYTES)}`,
      measured: `${kB(entryBytes)}; ${kB(loadedBytes)}`,
      ok: entryBytes <= MAX_ENTRY_BYTES,
    },
    {
      name: 'size of the whole artifact, zipped',
      asked: `≤ ${kB(MAX_ARTIFACT_BYTES)}`,
      measured: kB(zippedBytes),
      ok: zippedBytes <= MAX_ARTIFACT_BYTES,
    },
  ];
}

function kB(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
