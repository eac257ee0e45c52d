/** The script of the status page. Without it, the page can be read; with it, it stays current and can be searched. */
import { followLinks } from './anchors.ts';
import { copyMessages } from './copy.ts';
import { filterChecks } from './filter.ts';
import { keepCurrent } from './refresh.ts';
import { showLocalTimes } from './times.ts';

document.documentElement.classList.add('script');
showLocalTimes(document);
const filter = filterChecks();
copyMessages();
followLinks(filter.clear);
keepCurrent(filter.apply);
