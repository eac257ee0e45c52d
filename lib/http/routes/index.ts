/** The routes, one line each. The first that knows a path answers. */
import { health } from './health.ts';
import { publicNamespace } from './public-namespace.ts';
import type { Route } from './route.ts';

export const routes: readonly Route[] = [health, publicNamespace];
