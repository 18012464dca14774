// Instants as the page says them: the company's zone, French or English.
import {language} from './words.js';

let zone = 'Europe/Paris', offset = 0;
export function set(newZone, newOffset) { zone = newZone; offset = newOffset; }
export const now = () => Date.now() + offset;

const format = (at, options) => new Intl.DateTimeFormat(language() === 'en' ? 'en-GB' : 'fr-FR', {timeZone: zone, ...options}).format(at);
const french = text => (language() === 'en' ? text : text.replace(':', 'h'));
export const hour = at => french(format(at, {hour: language() === 'en' ? '2-digit' : 'numeric', minute: '2-digit'})).replace(/^0(\d)h/, '$1h');
export const day = at => format(at, {weekday: 'long', day: 'numeric', month: 'long'});
export const year = at => format(at, {year: 'numeric'});
export const stamp = at => format(at, {day: '2-digit', month: 'short'}).replace('.', '').toUpperCase();
const date = at => format(at, {day: '2-digit', month: language() === 'en' ? 'short' : '2-digit', year: 'numeric'});
// In a list: the hour today, the date before.
export const brief = at => (date(at) === date(now()) ? hour(at) : date(at));
export const full = at => `${day(at)}, ${hour(at)}`;
export const iso = at => new Date(at).toISOString();
