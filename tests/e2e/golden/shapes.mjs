// The shape of a value that differs from run to run: it has to be of the same kind, not the same.

const patterns = {
  'lower-case uuid': /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  'upper-case uuid': /^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/,
  cuid: /^c[0-9a-z]{24}$/,
  time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
};
const ids = new Set(['lower-case uuid', 'upper-case uuid', 'cuid']);

export function shapeOf(value) {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? `integer of ${String(value).length} digits` : 'number';
  if (typeof value !== 'string') return typeof value;
  return Object.keys(patterns).find((name) => patterns[name].test(value)) ?? 'text';
}

/** Whether values of this shape name something that may be mentioned again. */
export const isId = (shape) => ids.has(shape);

/** Whether a value looks as if it was made for one run: for parts of records that have no list of such values. */
export const looksVolatile = (value) => shapeOf(value) in patterns;
