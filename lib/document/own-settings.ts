/** The settings that every document may have. */
import { maintenance, notify } from './lists.ts';
import { roles } from './roles.ts';
import { deadline, disabled, failingStatus, maxAge, timeout } from './settings.ts';
import type { AnySetting } from './settings.ts';

export const ownSettings: readonly AnySetting[] = [
  timeout,
  deadline,
  maxAge,
  failingStatus,
  disabled,
  roles,
  notify,
  maintenance,
];
