/** The event of the document after the page has changed itself into a newer one. */
export const REFRESHED = 'refreshed';
