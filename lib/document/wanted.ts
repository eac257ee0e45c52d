/** What the schemas of kinds and settings expect at a place in a document. */
import type * as v from 'valibot';

/** The schema of a place; undefined if nothing is known about it. */
export type Wanted = v.GenericSchema | undefined;

/** The part of valibot's schemas that is needed to walk through them. */
type Described = v.GenericSchema & {
  readonly wrapped?: v.GenericSchema;
  readonly options?: readonly v.GenericSchema[];
  readonly entries?: Readonly<Record<string, v.GenericSchema>>;
  readonly value?: v.GenericSchema;
  readonly item?: v.GenericSchema;
};

/** Whether an object, or any JSON at all, is expected there. */
export function wantsObject(wanted: Wanted): boolean {
  return formsOf(wanted).some(({ type }) => ['unknown', 'record', 'object', 'strict_object'].includes(type));
}

/** Whether a number is expected there, and no string. */
export function wantsNumber(wanted: Wanted): boolean {
  const types = formsOf(wanted).map(({ type }) => type);
  return types.includes('number') && !types.includes('string');
}

/** The schema under a key of an object, or at an index of an array. The members of any JSON may be any JSON. */
export function memberSchema(wanted: Wanted, key: string): Wanted {
  const found = formsOf(wanted).map((form) =>
    form.type === 'unknown'
      ? form
      : (form.item ?? form.value ?? (Object.hasOwn(form.entries ?? {}, key) ? form.entries?.[key] : undefined)),
  );
  return found.find((schema) => schema !== undefined);
}

/** Kept, since a document may ask for the same schema tens of thousands of times. */
const forms = new WeakMap<v.GenericSchema, readonly Described[]>();

/** The schema without its optional wrapper; for a union, its members. */
function formsOf(wanted: Wanted): readonly Described[] {
  if (wanted === undefined) return [];
  const found = forms.get(wanted) ?? findForms(wanted);
  forms.set(wanted, found);
  return found;
}

function findForms(wanted: v.GenericSchema): readonly Described[] {
  const { wrapped, options } = wanted as Described;
  if (wrapped !== undefined) return formsOf(wrapped);
  const schemas = options?.filter((option) => typeof option === 'object');
  return schemas === undefined || schemas.length === 0 ? [wanted] : schemas.flatMap(formsOf);
}
