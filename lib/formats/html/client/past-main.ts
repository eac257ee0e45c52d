/** The script that is added where the page shows history. */
import { openMarks } from './past.ts';
import { REFRESHED } from './refresh-event.ts';

document.addEventListener(REFRESHED, openMarks());
