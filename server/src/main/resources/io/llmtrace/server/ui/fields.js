// The fields of spans as the server declares them. Filters, suggestions and ranges of the page follow from this list.

import { fields } from './api.js';

/** Fields that come first among the filters; the others follow in the order of the server. */
const FIRST = ['status', 'kind', 'model_name'];

const SCALE = { milliseconds: 1000, us_dollars: 1, none: 1 };
const UNIT = { milliseconds: 's', us_dollars: '$', none: '' };

// Without the list there are no filters, but the page still works; its other calls say what is wrong.
const declared = await fields().then(
  (answer) => answer.data,
  () => [],
);

const rank = ({ name }) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);

/**
 * Filters for one value. `values` lists all possible values where there are few, `short_names` are what people type in
 * the search box, and values of fields that are not `suggested` are typed.
 */
export const FIELDS = declared
  .filter((field) => field.filters.includes(field.name) && field.name !== 'text')
  .sort((a, b) => rank(a) - rank(b));

/** What aggregates can be grouped by. */
export const GROUPS = declared.filter((field) => field.suggested && !field.multi_valued);

/** Properties of a span that are text or one of a few values. */
export const TEXT_FIELDS = declared.filter((field) => field.property && ['text', 'level'].includes(field.type));

/** Fields that lists of spans carry. */
export const LISTED = declared.filter((field) => field.listed);

/** Filters for a range. `scale` converts what is typed into the unit of the parameters `min` and `max`. */
export const RANGES = declared
  .filter((field) => field.filters[0]?.startsWith('min_'))
  .map((field) => ({
    name: field.name,
    label: field.label,
    unit: UNIT[field.unit],
    scale: SCALE[field.unit],
    min: field.filters[0],
    max: field.filters[1],
  }));

export const namesOf = (field) => [field.name, ...field.short_names];

/** Returns the field that spans may lack with a name; undefined if there is none. */
export const presentNamed = (name) =>
  declared.find((field) => field.filters.includes(`has.${field.name}`) && namesOf(field).includes(name));

export const fieldNamed = (name) => FIELDS.find((field) => namesOf(field).includes(name));
