// One open mail. Only HTML that came through the service's relay is shown as HTML, in a shadow root, without anything
// that runs, loads or submits; the page's Content-Security-Policy forbids the same once more. All else is text.
import {$, $$, el, opens, picture, way} from './dom.js';
import {iso, full} from './hours.js';
import {size, t} from './words.js';

const shade = $('#letter').attachShadow({mode: 'open'});
const LIVE = 'script,picture,iframe,frame,object,embed,form,input,button,textarea,select,link,meta,base,title,svg,math,video,audio,template';
const GOES = /^(mailto:|https?:\/\/)/i, HELD = /^data:image\/png;base64,/;

function cleaned(html) {
  let css = '';
  const bare = html.replace(/<style[^>]*>([^]*?)<\/style>/gi, (_, rules) => { css += rules; return ''; });
  const mail = new DOMParser().parseFromString(bare, 'text/html');
  $$(`${LIVE},style`, mail).forEach(node => node.remove());
  for (const node of $$('img', mail)) if (!HELD.test(node.getAttribute('src'))) node.remove();
  for (const node of $$('*', mail)) {
    for (const {name, value} of [...node.attributes]) {
      const link = ['href', 'src', 'background', 'action', 'srcset', 'xlink:href'].includes(name);
      if (name.startsWith('on') || name === 'id' || (link && !(name === 'href' && GOES.test(value)) && !(name === 'src' && node.tagName === 'IMG'))) node.removeAttribute(name);
    }
  }
  return [mail.body, css, mail.documentElement.lang];
}

// A mail's narrow layout follows the width of the column, not of the window.
const fitted = css => css.replace(/@media\s*\(max-width:\s*480px\)/g, '@container (max-width:480px)');
const FRAME = ':host{display:block;container-type:inline-size}.out{padding:12px!important}@container (max-width:480px){.out{padding:0!important}}';

function showHtml(html) {
  const [body, css, language] = cleaned(html);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(fitted(css) + FRAME);
  shade.adoptedStyleSheets = [sheet];
  for (const link of $$('a[href]', body)) if (!link.href.startsWith('mailto:')) Object.assign(link, {target: '_blank', rel: 'noopener noreferrer'});
  const held = el('div', {lang: language || null});
  held.append(...[...body.childNodes].map(node => document.importNode(node, true)));
  shade.replaceChildren(held);
}

export function clip(name, bytes, href) {
  return el('a', {class: 'btn clip', href, ...way(name)}, picture(name),
    el('span', {class: 'name'}, name), el('span', {class: 'meta'}, size(bytes)), el('span', {class: 'sr'}, t(opens(name) ? 'new_tab' : 'download')));
}

export function clips(mail) {
  return el('ul', {class: 'clips', hidden: !mail.files.length},
    ...mail.files.map((file, n) => el('li', {}, clip(file.name, file.size, `/file/mail/${mail.id}/${n}`))));
}

export function show(mail) {
  $('#subject').textContent = mail.subject || t('no_subject');
  $('#whence').textContent = mail.sent ? t('sent_to', mail.to) : t('from', mail.from, mail.address);
  $('#when').replaceChildren(el('time', {datetime: iso(mail.at * 1000)}, full(mail.at * 1000)));
  $('#clips').replaceChildren(...clips(mail).children);
  $('#clips').hidden = !mail.files.length;
  const html = !mail.sent && mail.html;
  $('#letter').hidden = !html;
  $('#plain').hidden = Boolean(html);
  $('#plain').textContent = html ? '' : mail.text;
  if (html) showHtml(html);
  else shade.replaceChildren();
}

// A mailto: link of the mail opens the composer; a link to the bot opens the chat.
export function onLink(mailto, chat) {
  $('#letter').addEventListener('click', event => {
    const link = event.composedPath().find(node => node.tagName === 'A');
    if (!link) return;
    const url = new URL(link.href);
    if (url.protocol === 'mailto:') {
      event.preventDefault();
      mailto(decodeURIComponent(url.pathname), field(url, 'subject'), field(url, 'body').replaceAll('\r\n', '\n'));
    } else if (chat(url)) event.preventDefault();
  });
}

// RFC 6068: percent-encoded only, a plus is a plus.
function field(url, name) {
  const found = url.search.slice(1).split('&').map(part => part.split('=')).find(([key]) => key.toLowerCase() === name);
  return found ? decodeURIComponent(found.slice(1).join('=')) : '';
}
