// What the company sees: the clock, its figures, its log and the mail it receives.
import {$, announce, el, icon, keep, oops} from './dom.js';
import {brief, full, hour, iso, now, stamp, year} from './hours.js';
import {clips} from './letter.js';
import {knownAs, said} from './mailbox.js';
import * as service from './service.js';
import {language, pick, t} from './words.js';

const ICONS = {message: 'bubble', payment: 'euro', signature: 'pen', event: 'bell', post: 'mail'};
const KINDS = ['message', 'payment', 'signature', 'event'];
let kind = 'all';
const reading = new Set(); // the ids of the mails held open

export function tick() {
  const at = now();
  $('#now').textContent = full(at);
  $('#pm-day').textContent = stamp(at);
  $('#pm-hour').textContent = hour(at);
  $('#pm-year').textContent = year(at);
}

export function draw(state) {
  $('#desk-h').textContent = t('the_company', state.firm.name);
  $('#reset').hidden = !state.moved;
  tick();
  $('#tiles').hidden = !state.figures.length;
  $('#tiles').replaceChildren(...state.figures.map(one => el('div', {}, el('dt', {}, pick(one.label)),
    el('dd', {class: 'num'}, pick(one.value), pick(one.more) && el('small', {}, pick(one.more))))));
  feed(state);
}

function feed(state) {
  const rows = [...state.log, ...state.post.filter(one => !one.sent).map(one => ({...one, kind: 'post', tone: 'calm'}))]
    .sort((one, other) => other.at - one.at);
  const kinds = ['all', ...(rows.some(row => row.kind === 'post') ? ['post'] : []), ...KINDS.filter(name => rows.some(row => row.kind === name))];
  if (!kinds.includes(kind)) kind = 'all';
  $('#filter').hidden = kinds.length < 3;
  keep($('#filter'), kinds.map(name => ({key: name, on: name === kind, language: language()})), chip);
  const shown = rows.filter(row => kind === 'all' || row.kind === kind);
  keep($('#feed'), shown.map(row => ({...row, key: row.id, language: language(), brief: brief(row.at * 1000)})), row => (row.kind === 'post' ? post(row) : happened(row)));
  $('#feed-none').hidden = shown.length > 0;
}

function chip(item) {
  const label = item.key === 'all' ? t('all') : item.key === 'post' ? t('post') : t(`kind_${item.key}`);
  return el('button', {type: 'button', class: 'chip', 'aria-pressed': String(item.on), onclick: () => {
    kind = item.key;
    feed(service.state);
    const lines = $('#feed').children.length;
    announce(lines === 1 ? t('one_line') : t('lines', lines));
  }}, label);
}

const dot = row => el('span', {class: `dot ${row.tone}`}, icon(ICONS[row.kind] ?? 'bell'));
const meta = (row, channel) => el('p', {class: 'meta'}, el('time', {datetime: iso(row.at * 1000)}, row.brief), channel && `, ${channel}`);

function happened(row) {
  return el('li', {}, dot(row), el('div', {}, el('p', {class: 'what'}, row.who && el('b', {}, row.who), row.who && ' ', pick(row.text)), meta(row, row.channel)),
    row.state && el('span', {class: `pill ${row.tone}`}, pick(row.state)));
}

function post(row) {
  const text = el('p', {class: 'plain'}), more = el('details', {open: reading.has(row.id)}, el('summary', {}, t('read_on'), el('span', {class: 'sr'}, ` ${row.subject}`)), text, clips(row), answer(row));
  more.addEventListener('toggle', async () => {
    reading[more.open ? 'add' : 'delete'](row.id);
    if (more.open && !text.textContent) text.textContent = (await service.letter(row.id))?.text ?? '';
  });
  return el('li', {class: 'post'}, dot(row), el('div', {}, el('p', {class: 'what'}, el('b', {}, row.subject)), meta(row, t('by_post')), more));
}

function answer(row) {
  const field = el('textarea', {id: `to-${row.id}`, rows: '1', placeholder: t('answer_client')}), wrong = el('p', {class: 'oops', hidden: true});
  const form = el('form', {}, wrong, el('div', {class: 'field'}, el('label', {class: 'sr', for: `to-${row.id}`}, t('answer_client')), field, el('button', {class: 'btn'}, t('reply'))));
  form.addEventListener('submit', async event => {
    event.preventDefault();
    if (!field.value.trim()) return field.focus();
    try {
      await service.order('/api/mail', {client: null, to: row.reply, subject: '', text: field.value, answers: row.id});
      field.value = '';
      oops(wrong, '');
      announce(t('sent', knownAs(row.reply)));
    } catch (error) { oops(wrong, said(error)); }
  });
  return form;
}

export function listen(moved) {
  $('#moves').addEventListener('click', async event => {
    const button = event.target.closest('button');
    if (!button) return;
    try {
      const {offset} = await service.order('/api/clock', {minutes: button.id === 'reset' ? null : Number(button.dataset.min)});
      moved(offset);
      announce(t('now', $('#now').textContent));
    } catch { announce(t('not_done')); }
  });
  setInterval(tick, 1000);
}
