// The chat: what the bot said and what the client said, as the local Bot API holds it now.
import {attaching} from './attach.js';
import {$, announce, el, icon, keep, oops, opens, picture, way} from './dom.js';
import {day, hour, iso} from './hours.js';
import {reveal, select, shown} from './tabs.js';
import * as service from './service.js';
import {language, size, t} from './words.js';

let client = null, seen = 0;
const attached = attaching($('#say'), false);
const DOING = {typing: 'typing', upload_document: 'sending'};

export function draw(state) {
  const other = client !== state.client, chat = $('#chat');
  const low = other || atEnd(chat) && (!shown(1) || atEnd(document.scrollingElement));
  const who = state.clients.find(one => one.id === state.client);
  $('#chat-h').textContent = t('on_telegram', who.name);
  $('#bot').textContent = `@${state.firm.bot}, ${state.action ? t(DOING[state.action] ?? 'typing') : t('automatic').toLowerCase()}`;
  if (other) { delete chat.dataset.filled; oops($('#chat-oops'), ''); attached.clear(); }
  attached.draw();
  client = state.client;
  keep(chat, lines(state), line);
  const last = state.chat.filter(one => !one.mine).at(-1)?.id ?? 0;
  if (!other && last > seen) reveal(1);
  seen = last;
  $('#start').hidden = $('#sayfield').hidden = false;
  $('#start').hidden = state.chat.length > 0;
  $('#sayfield').hidden = !state.chat.length;
  if (low) down();
}

// On a wide screen the column scrolls, on a phone the page does.
const atEnd = box => box.scrollHeight - box.scrollTop - box.clientHeight < 80;

export const down = () => {
  $('#chat').scrollTop = $('#chat').scrollHeight;
  if (shown(1)) scrollTo(0, document.body.scrollHeight);
};

function lines(state) {
  const made = [];
  if (!state.chat.length) made.push({key: 'none', note: t('chat_none', state.firm.name)});
  let before = '';
  for (const message of state.chat) {
    const today = day(message.at * 1000);
    if (today !== before) made.push({key: `day-${message.id}`, note: today});
    before = today;
    if (message.deleted) made.push({key: message.id, note: t(message.mine ? 'my_deleted' : 'deleted')});
    else made.push({...message, key: message.id, language: language()});
  }
  if (state.action) made.push({key: 'typing', typing: true});
  return made;
}

function line(item) {
  if (item.note) return el('p', {class: 'note'}, item.note);
  if (item.typing) return el('div', {class: 'msg dots', 'aria-hidden': 'true'}, el('div', {class: 'bubble'}, el('i'), el('i'), el('i')));
  const at = item.at * 1000;
  const bubble = el('div', {class: 'bubble'}, item.document && paper(item.document), item.picture && shownPicture(item), item.text && el('p', {class: 'text'}, ...words(item)),
    el('time', {datetime: iso(at)}, item.edited ? `${t('edited')} ${hour(at)}` : hour(at)));
  return el('div', {class: item.mine ? 'msg me' : 'msg'}, bubble, item.keyboard.length > 0 && keyboard(item));
}

// The heading, whose file and which company, is what Facteur sets in bold.
function words({text, bold: [top]}) {
  return top && text.startsWith(top) ? [el('b', {}, top), text.slice(top.length)] : [text];
}

function paper(held) {
  return el('a', {class: 'doc', href: `/file/chat/${held.id}`, ...way(held.name)}, el('span', {}, picture(held.name)),
    el('span', {class: 'grow'}, el('b', {}, held.name), el('small', {}, size(held.size)), el('span', {class: 'sr'}, t(opens(held.name) ? 'new_tab' : 'download'))));
}

function shownPicture({picture}) {
  return el('img', {class: 'photo', src: `/file/chat/${picture}`, alt: t('picture'), width: 220});
}

function keyboard(message) {
  return el('div', {class: 'keys'}, ...message.keyboard.map(row => el('div', {class: 'keyrow'}, ...row.map(button => key(message, button)))));
}

function key(message, button) {
  const label = el('span', {class: 'label'}, button.label);
  if (button.kind === 'link') return el('a', {class: 'key', href: button.url, target: '_blank', rel: 'noopener noreferrer'}, label, icon('out'), el('span', {class: 'sr'}, t('new_tab')));
  const copies = button.kind === 'copy', act = copies ? copy : press;
  return el('button', {type: 'button', class: 'key', onclick: event => act(event.currentTarget, message, button)}, label, copies && icon('copy'));
}

async function copy(node, _, button) {
  try {
    await navigator.clipboard.writeText(button.copy);
  } catch {
    return oops($('#chat-oops'), t('not_copied', button.copy));
  }
  oops($('#chat-oops'), '');
  announce(t('copied', button.copy));
  const drawn = $('use', node);
  drawn.setAttribute('href', '#i-tick');
  setTimeout(() => drawn.setAttribute('href', '#i-copy'), 2000);
}

async function press(node, message, button) {
  node.setAttribute('aria-busy', 'true');
  oops($('#chat-oops'), '');
  try {
    await service.order('/api/press', {client, message: message.id, label: button.label});
    if (!$('#words').value) down();
  } catch (error) {
    oops($('#chat-oops'), t(error.status === 409 ? 'old_button' : 'not_done'));
  } finally {
    node.removeAttribute('aria-busy');
  }
}

async function say(text, files = []) {
  oops($('#chat-oops'), '');
  try {
    await service.order('/api/say', {client, text, files});
    down();
    return true;
  } catch {
    oops($('#chat-oops'), t('not_done'));
    return false;
  }
}

// A t.me link to this very bot opens the chat, as Telegram does.
export function follow(url) {
  if (url.hostname !== 't.me' || url.pathname.slice(1) !== service.state.firm.bot) return false;
  select(1);
  say(`/start ${url.searchParams.get('start') ?? ''}`.trim());
  $('#words').focus();
  return true;
}

export function listen() {
  $('#say').addEventListener('submit', async event => {
    event.preventDefault();
    const text = $('#words').value.trim();
    if (!text && !attached.any()) return;
    if (await say(text, await attached.read())) { $('#words').value = ''; attached.clear(); }
  });
  $('#start').addEventListener('click', async () => { await say(service.state.firm.start); $('#sayfield').hidden = false; $('#words').focus(); });
}
