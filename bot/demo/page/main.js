import {$, $$, announce, el} from './dom.js';
import * as chat from './chat.js';
import * as company from './company.js';
import * as hours from './hours.js';
import * as mailbox from './mailbox.js';
import * as service from './service.js';
import {layout, narrow} from './tabs.js';
import {language, speak, t} from './words.js';

const LANGUAGE = 'facteur-language', CLIENT = 'facteur-client';

function talk(code) {
  localStorage.setItem(LANGUAGE, code);
  speak(code);
  for (const button of $$('[data-lang]')) button.setAttribute('aria-pressed', String(button.dataset.lang === language()));
  if (!service.state) return;
  mailbox.redraw();
  chat.draw(service.state);
  company.draw(service.state);
}

function clients(state) {
  const select = $('#client'), asked = state.clients.map(one => `${one.id} ${one.name}`).join('|');
  if (select.dataset.of !== asked) {
    select.replaceChildren(...state.clients.map(one => el('option', {value: one.id}, one.name)));
    select.dataset.of = asked;
  }
  select.value = state.client;
}

function stopped(down) {
  if ($('#down').hidden === !down) return;
  $('#down').hidden = !down;
  if (down) announce(t('stopped'));
}

$$('[data-lang]').forEach(button => button.addEventListener('click', () => talk(button.dataset.lang)));
$('#client').addEventListener('change', event => {
  sessionStorage.setItem(CLIENT, event.target.value);
  service.choose(event.target.value);
});
service.onState(state => {
  hours.set(state.zone, state.offset);
  clients(state);
  mailbox.draw(state);
  chat.draw(state);
  company.draw(state);
});
mailbox.listen(chat.follow);
chat.listen();
company.listen(offset => { hours.set(service.state.zone, offset); company.tick(); });
talk(localStorage.getItem(LANGUAGE) ?? 'fr');
layout();
narrow.addEventListener('change', chat.down);
service.watch(sessionStorage.getItem(CLIENT) ?? '', stopped);
