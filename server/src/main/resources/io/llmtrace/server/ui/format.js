// The formats of values, the same on every page.

/** Shown in place of an absent value. */
export const ABSENT = '–';

const whole = new Intl.NumberFormat('en');
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

export const count = (n) => (n === null || n === undefined ? ABSENT : whole.format(n));
export const short = (n) => (n === null || n === undefined ? ABSENT : n < 10_000 ? whole.format(n) : compact.format(n));

export function duration(ms) {
  if (ms === null || ms === undefined) {
    return ABSENT;
  }
  if (ms < 1000) {
    return `${Math.round(ms)} ms`;
  }
  if (ms < 100_000) {
    return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  }
  if (ms < 5_400_000) {
    const seconds = Math.round(ms / 1000);
    return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  }
  return ms < 172_800_000 ? `${(ms / 3_600_000).toFixed(1)} h` : `${(ms / 86_400_000).toFixed(1)} d`;
}

export function cost(usd) {
  if (usd === null || usd === undefined) {
    return ABSENT;
  }
  if (usd === 0) {
    return '$0';
  }
  return usd < 0.0001 ? '<$0.0001' : `$${usd >= 100 ? whole.format(Math.round(usd)) : usd.toFixed(usd >= 1 ? 2 : 4)}`;
}

const two = (n) => String(n).padStart(2, '0');

const day = (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
const clock = (date) => `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;

/** Formats a local time: today's without the date, but with milliseconds to tell neighbours apart. */
export function time(text) {
  if (!text) {
    return ABSENT;
  }
  const date = new Date(text);
  const at = `${clock(date)}.${String(date.getMilliseconds()).padStart(3, '0')}`;
  const now = new Date();
  if (day(date) === day(now)) {
    return at;
  }
  return date.getFullYear() === now.getFullYear()
    ? `${day(date).slice(5)} ${at.slice(0, 8)}`
    : `${day(date)} ${at.slice(0, 5)}`;
}

export function fullTime(text) {
  if (!text) {
    return ABSENT;
  }
  const date = new Date(text);
  return `${day(date)} ${clock(date)} (${text})`;
}

export const minute = (date) => `${day(date)} ${clock(date).slice(0, 5)}`;

export function ago(text, now = Date.now()) {
  const ms = now - new Date(text).getTime();
  if (ms < 60_000) {
    return 'just now';
  }
  if (ms < 3_600_000) {
    return `${Math.floor(ms / 60_000)} min ago`;
  }
  return ms < 172_800_000 ? `${Math.floor(ms / 3_600_000)} h ago` : `${Math.floor(ms / 86_400_000)} d ago`;
}

export const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

export function bytes(n) {
  const units = ['B', 'KB', 'MB', 'GB'];
  let value = n;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Formats an ID as OTLP writes it: hex without dashes. */
export const hexId = (id) => String(id).replaceAll('-', '');

/** Returns the name that the application gave a trace, or else that of its root span. */
export const traceName = (summary) => summary?.trace_name || summary?.name;
