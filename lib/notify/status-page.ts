/** What status pages have in common: components that have a state, and an incident for each outage. */
import * as v from 'valibot';
import { isJsonObject } from '../clients/http/json.ts';
import { describe, record, text } from '../clients/keys.ts';
import { covers } from '../history/notices.ts';
import type { Notice } from '../history/notices.ts';
import type { Problem } from '../problem.ts';
import type { Sending } from './target.ts';
import { publicWordsFor } from './wording.ts';
import type { Words } from './wording.ts';

/** Components of one target: each that changes is a request. */
const MAX_COMPONENTS = 50;
/** The page of a list that has the most that vendors take. */
export const FIRST_PAGE = 'page=1&per_page=100';

/** The keys of every status page. */
export const pageKeys = {
  page: describe(text(), 'Id of the page.', 'gytm4qzbx9t6'),
  component: v.optional(
    describe(text(), 'Id of the component that stands for all that it is told of.', '8kbf7d35c070'),
  ),
  components: v.optional(
    describe(
      v.pipe(record(text(), text()), v.maxEntries(MAX_COMPONENTS)),
      'Ids of components, each under the path of the group or check that it stands for.',
      { cache: '8kbf7d35c070', 'celery/ping': 'vtnh60py4yd7' },
    ),
  ),
};

interface PageConfig {
  readonly component?: string | undefined;
  readonly components?: Readonly<Record<string, string>> | undefined;
}

export function pageMistake({ component, components }: PageConfig): Problem | undefined {
  if (component === undefined || components === undefined) return undefined;
  return { path: 'component', message: 'there are components already; write one of both' };
}

export function pagePaths({ components = {} }: PageConfig): readonly { path: string; place: string }[] {
  return Object.keys(components).map((path) => ({ path, place: `components.${path}` }));
}

export type ComponentState = 'operational' | 'degraded' | 'partial' | 'major';

export interface Incident {
  readonly id: string;
  readonly isResolved: boolean;
}

/** What a page is told of an outage. */
export interface Told extends Words {
  readonly notice: Notice;
  /** The ids of the components that are not operational. */
  readonly affected: readonly string[];
  /** The state of each component that it has to do with. */
  readonly states: ReadonlyMap<string, ComponentState>;
}

export interface Page<Found extends Incident> {
  /** The incident of an outage; the one that is not resolved, if there are several. */
  find(outage: string): Promise<Found | undefined>;
  /** Whether the incident knows of the notice, or of a later one. */
  knows(incident: Found, notice: Notice): boolean;
  /** The vendor's words for the states of components. */
  readonly words: Readonly<Record<ComponentState, string>>;
  /** The first components of the page, as the vendor lists them. */
  components(): Promise<unknown>;
  setComponent(id: string, state: string): Promise<void>;
  open(told: Told): Promise<void>;
  update(incident: Found, told: Told): Promise<void>;
  resolve(incident: Found, told: Told): Promise<void>;
}

/**
 * Sets the components, then opens, updates or resolves the incident: if that fails halfway, the next try does the rest.
 * Vendors take few requests a minute, and many components more than a notice has time for. While the observer is cut
 * off, it knows nothing that a page could show.
 */
export async function tellPage<Found extends Incident>(
  page: Page<Found>,
  notice: Notice,
  config: PageConfig,
  { checks }: Pick<Sending, 'checks'>,
): Promise<void> {
  const { change } = notice;
  if (change.observer === true) return;
  const incident = await page.find(change.outage);
  if (incident !== undefined && page.knows(incident, notice)) return;
  // A test says nothing of the components, one of which may be down.
  const states = notice.isTest === true ? new Map<string, ComponentState>() : componentStates(notice, config, checks);
  if (states.size > 0) await setComponents(page, states);
  const affected = [...states].flatMap(([id, state]) => (state === 'operational' ? [] : [id]));
  const told = { ...publicWordsFor(notice), notice, affected, states };
  const isOpen = incident !== undefined && !incident.isResolved;
  if (change.to === 'up') {
    if (isOpen) await page.resolve(incident, told);
  } else if (isOpen) await page.update(incident, told);
  else await page.open(told);
}

/** Sets those that are in another state, and those that the list does not tell of: it is short, or cannot be read. */
async function setComponents(
  page: Pick<Page<Incident>, 'words' | 'components' | 'setComponent'>,
  states: ReadonlyMap<string, ComponentState>,
): Promise<void> {
  const listed = await page.components().catch(() => undefined);
  const components = Array.isArray(listed) ? (listed as readonly unknown[]).filter(isJsonObject) : [];
  const shown = new Map(components.map(({ id, status }) => [id, status]));
  for (const [id, state] of states)
    if (shown.get(id) !== page.words[state]) await page.setComponent(id, page.words[state]);
}

function componentStates(
  { notUp }: Notice,
  { component, components }: PageConfig,
  checks: readonly string[],
): ReadonlyMap<string, ComponentState> {
  const places = component === undefined ? Object.entries(components ?? {}) : [['', component] as const];
  return new Map(
    places.map(([place, id]) => {
      const rule = { for: place === '' ? [] : [place] };
      const all = checks.filter((path) => covers(rule, path)).length;
      return [
        id,
        stateOf(
          notUp.filter(({ path }) => path !== '' && covers(rule, path)),
          all,
        ),
      ] as const;
    }),
  );
}

/** A component that stands for several checks is down only if all of them are. */
function stateOf(notUp: Notice['notUp'], checks: number): ComponentState {
  const down = notUp.filter(({ state }) => state === 'down').length;
  if (down > 0) return down >= checks ? 'major' : 'partial';
  return notUp.length > 0 ? 'degraded' : 'operational';
}
