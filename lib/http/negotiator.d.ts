declare module 'negotiator/lib/mediaType.js' {
  /** Those of the media types that the header `Accept` allows, the preferred one first. */
  export default function preferredMediaTypes(accept: string | undefined, provided: readonly string[]): string[];
}
