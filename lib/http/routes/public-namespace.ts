/** The paths of the public namespace. What answers them is loaded only where there is one. */
import type { Route } from './route.ts';

export const publicNamespace: Route = async (request, services) => {
  if (services.publicNamespace === undefined) return undefined;
  return (await import('./public-paths.ts')).answerPublic(request, { ...services, name: services.publicNamespace });
};
