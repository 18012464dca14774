// The client's mailbox: the list, the open mail, the composer.
import {attaching} from './attach.js';
import {$, $$, announce, el, icon, keep, oops} from './dom.js';
import {brief, iso} from './hours.js';
import {narrow, reveal} from './tabs.js';
import * as letters from './letter.js';
import * as service from './service.js';
import {language, t} from './words.js';

let client = null, open = null, known = new Set(), expecting = false, sending = false;
const attached = attaching($('#compose'), true);
let draft = {kind: 'new'}; // new, reply (to the open mail) or mailto; `wide` shows its address and subject
const READ = 'facteur-read';
const read = new Set(JSON.parse(sessionStorage.getItem(READ) ?? '[]'));

const view = name => { $('#mail-col').dataset.view = name; $('#back').hidden = name === 'list'; };
const firm = () => service.state.firm;
// The company's own address and its reply addresses, slug+token@domain, read as its name.
export function knownAs(address) {
  const [slug, domain] = firm().address.split('@');
  return address.endsWith(`@${domain}`) && address.split(/[+@]/)[0] === slug ? firm().name : address;
}

export function draw(state) {
  const other = client !== state.client || (open && !state.letters.some(one => one.id === open));
  if (other) forget(state.client);
  const who = state.clients.find(one => one.id === state.client);
  $('#mail-h').textContent = t('by_mail', who.name);
  $('#mail-address').textContent = who.email;
  const fresh = state.letters.filter(one => !known.has(one.id) && !one.sent);
  known = new Set(state.letters.map(one => one.id));
  list();
  if (!other && fresh.length) arrived(fresh[0]);
  if (other && state.letters.length && !narrow.matches) show(state.letters.find(one => !one.sent)?.id ?? state.letters[0].id);
  empty();
  heads();
}

function forget(id) {
  [client, open, known, expecting] = [id, null, new Set(), false];
  delete $('#letters').dataset.filled;
  $('#opened').hidden = true;
  view('list');
  attached.clear();
  write('new');
}

function arrived(mail) {
  reveal(0);
  announce(t('arrived', mail.subject));
  if (expecting && !$('#reply').value) show(mail.id);
  expecting = false;
}

function list() {
  keep($('#letters'), service.state.letters.map(one => ({...one, key: one.id, open: one.id === open, read: one.sent || read.has(one.id), language: language(), brief: brief(one.at * 1000)})), row);
}

function row(mail) {
  return el('li', {}, el('button', {type: 'button', class: mail.read ? '' : 'new', 'aria-current': mail.open && 'true', onclick: () => show(mail.id, true)},
    el('span', {class: 'subject'}, mail.sent && icon('plane'), mail.subject || t('no_subject')),
    el('time', {datetime: iso(mail.at * 1000)}, mail.brief),
    el('span', {class: 'snip'}, mail.sent ? `${t('sent_to', knownAs(mail.to))} · ${mail.snippet}` : mail.snippet),
    !mail.read && el('span', {class: 'sr'}, t('unread'))));
}

async function show(id, byHand = false) {
  open = id;
  read.add(id);
  sessionStorage.setItem(READ, JSON.stringify([...read]));
  list();
  const mail = await service.letter(id);
  if (open !== id || !mail) return;
  letters.show(mail);
  $('#opened').hidden = false;
  $('#opened').dataset.sent = mail.sent;
  view('mail');
  empty();
  $('.reading').scrollTop = 0;
  if (byHand || !$('#reply').value) write(mail.sent ? 'new' : 'reply', mail);
  if (byHand && narrow.matches) { scrollTo(0, 0); $('#back').focus(); }
}

export async function redraw() {
  if (!service.state) return;
  draw(service.state);
  const mail = open && await service.letter(open);
  if (mail) letters.show(mail);
}

function empty() {
  $('#nothing').hidden = Boolean(open);
  $('#nothing').textContent = t(service.state.letters.length ? 'pick' : 'none', firm().name);
}

// --- the composer

function write(kind, mail = null, to = '', subject = '', text = '') {
  draft = {kind, mail, wide: kind === 'mailto'};
  const letter = kind === 'reply';
  $('#to').value = letter ? mail.reply : to || service.state?.firm.address || '';
  $('#topic').value = letter ? '' : subject;
  $('#reply').value = text;
  oops($('#mail-oops'), '');
  if (service.state) heads();
}

function heads() {
  attached.draw();
  const reply = draft.kind === 'reply', opened = open && !$('#opened').hidden && $('#opened').dataset.sent === 'false';
  $('#mode').textContent = reply ? t('reply_to', draft.mail.subject || t('no_subject')) : draft.wide ? t('new_message') : t('new_to', knownAs($('#to').value));
  $('#answer').textContent = t(reply ? 'new_message' : 'reply');
  $('#answer').hidden = !reply && !opened;
  $('#heads').hidden = !draft.wide;
  $('#more').hidden = reply || draft.kind === 'mailto';
  $('#more').setAttribute('aria-expanded', String(draft.wide));
  $('#quick').hidden = draft.kind !== 'new';
  $('#reply').placeholder = t('write_to', firm().name);
  keep($('#quick'), ['idea_balance', 'idea_invoices', 'idea_quotes', 'idea_help'].map(key => ({key, text: t(key)})), idea =>
    el('button', {type: 'button', class: 'chip', onclick: () => { $('#topic').value ||= idea.text; $('#reply').value = idea.text; $('#reply').focus(); }}, idea.text));
}

function compose() {
  write('new');
  draft.wide = true;
  if (narrow.matches) view('list');
  heads();
  $('#topic').focus();
}

function prepared(to, subject, text) {
  write('mailto', null, to, subject, text);
  $('#reply').focus();
  announce(t('ready'));
}

async function send(event) {
  event.preventDefault();
  if (sending) return;
  const text = $('#reply').value.trim();
  if (!text && !$('#topic').value.trim() && !attached.any()) return $('#reply').focus();
  sending = true; // a disabled button would lose the focus
  $('#send').setAttribute('aria-busy', 'true');
  try {
    const answers = draft.kind === 'reply' ? draft.mail.id : null;
    const files = await attached.read();
    await service.order('/api/mail', {client, to: $('#to').value, subject: $('#topic').value, text, answers, files});
    const to = knownAs($('#to').value);
    expecting = true;
    attached.clear();
    write('new');
    announce(t('sent', to));
  } catch (error) {
    oops($('#mail-oops'), said(error));
  } finally {
    sending = false;
    $('#send').removeAttribute('aria-busy');
  }
}

export function said(error) {
  if (error.status === 422) return t('bad_address');
  if (error.answer?.code) return t('refused', `${error.answer.code} ${error.answer.said}`);
  return t('no_door');
}

export function listen(toChat) {
  $('#compose').addEventListener('submit', send);
  $('#new').addEventListener('click', compose);
  $('#answer').addEventListener('click', async () => {
    const mail = draft.kind === 'reply' ? null : await service.letter(open);
    write(mail ? 'reply' : 'new', mail, '', '', $('#reply').value);
    $('#reply').focus();
  });
  $('#more').addEventListener('click', () => { draft.wide = !draft.wide; heads(); if (draft.wide) $('#to').focus(); });
  $('#back').addEventListener('click', () => { view('list'); $('#letters [aria-current]')?.focus(); });
  $('#reply').addEventListener('keydown', event => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) $('#compose').requestSubmit(); });
  letters.onLink(prepared, toChat);
  $$('.reading').forEach(node => node.addEventListener('keydown', event => { if (event.key === 'Escape' && narrow.matches) $('#back').click(); }));
}
