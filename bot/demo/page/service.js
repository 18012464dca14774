// The page's side of the JSON API: a long poll on the state, and orders.
const HEADERS = {'Content-Type': 'application/json', 'X-Facteur-Demo': '1'};
let client = null, mark = '', waiting = null;
const listeners = [];

export const onState = listener => listeners.push(listener);
export let state = null;

export class Refused extends Error {
  constructor(status, answer) { super(`${status}`); this.status = status; this.answer = answer; }
}

export async function order(path, body) {
  let response;
  try {
    response = await fetch(path, {method: 'POST', headers: HEADERS, body: JSON.stringify(body)});
  } catch { throw new Refused(0, {}); }
  const answer = response.headers.get('Content-Type')?.startsWith('application/json') ? await response.json() : {};
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}

// null when it is gone: the demonstration was started anew.
export async function letter(id) {
  try {
    const response = await fetch(`/api/letter/${id}`);
    return response.ok ? await response.json() : null;
  } catch { return null; }
}

export function choose(id) {
  client = id;
  mark = '';
  waiting?.abort();
}

const later = milliseconds => new Promise(done => setTimeout(done, milliseconds));

export async function watch(first, lost) {
  client = first;
  for (;;) {
    waiting = new AbortController();
    const asked = client;
    try {
      const response = await fetch(`/api/state?client=${encodeURIComponent(asked)}&after=${mark}`, {signal: waiting.signal});
      lost(false);
      if (response.status === 404) { client = ""; mark = ""; await later(1000); continue; }
      if (!response.ok || response.status === 204) { if (response.status >= 400) await later(1000); continue; }
      const news = await response.json();
      if (asked !== client) continue;
      ({mark} = state = news);
      for (const listener of listeners) listener(state);
    } catch (error) {
      if (error.name === 'AbortError') continue;
      lost(true);
      mark = '';
      await later(1500);
    }
  }
}
