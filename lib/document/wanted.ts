/** What a document wants at a place, as the schemas of kinds and settings say. */
import type * as v from 'valibot';

/** The schema of a place; undefined where nothing is known of it. */
export type Wanted = v.GenericSchema | undefined;

/** As much of valibot's schemas as it takes to find one's way through them. */
type Described = v.GenericSchema & {
  readonly wrapped?: v.GenericSchema;
  readonly options?: readonly v.GenericSchema[];
  readonly entries?: Readonly<Record<string, v.GenericSchema>>;
  readonly value?: v.GenericSchema;
  readonly item?: v.GenericSchema;
};

/** Whether an object is wanted there, or any JSON at all. */
export function wantsObject(wanted: Wanted): boolean {
  return formsOf(wanted).some(({ type }) => ['unknown', 'record', 'object', 'strict_object'].includes(type));
}

/** What is wanted under a key of an object, or at an index of an array. Under any JSON there is any JSON. */
export function memberSchema(wanted: Wanted, key: string): Wanted {
  const forms = formsOf(wanted);
  const found = forms.map((form) =>
    form.type === 'unknown'
      ? form
      : (form.item ?? form.value ?? (Object.hasOwn(form.entries ?? {}, key) ? form.entries?.[key] : undefined)),
  );
  return found.find((schema) => schema !== undefined);
}

/** The schema without what makes it optional, and the members of a union each by itself. */
function formsOf(wanted: Wanted): readonly Described[] {
  if (wanted === undefined) return [];
  const { wrapped, options } = wanted as Described;
  if (wrapped !== undefined) return formsOf(wrapped);
  const schemas = options?.filter((option) => typeof option === 'object');
  return schemas === undefined || schemas.length === 0 ? [wanted] : schemas.flatMap(formsOf);
}
