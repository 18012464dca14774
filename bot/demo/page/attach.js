// Files that go with a message: the button, what was chosen, and what is too much.
import {$, el, icon, keep, oops} from './dom.js';
import {language, size, t} from './words.js';

const MOST = 7e6, COUNT = 5; // bytes in all, and files: what the page's server takes

export function attaching(form, many) {
  const input = $('input[type=file]', form), list = $('.held', form), wrong = $('.oops', form);
  let chosen = [];

  function draw() {
    list.hidden = !chosen.length;
    keep(list, chosen.map((file, n) => ({key: `${n}-${file.name}`, n, name: file.name, size: file.size, language: language()})), one =>
      el('li', {}, icon('clip'), el('span', {class: 'name'}, one.name), el('span', {class: 'meta'}, size(one.size)),
        el('button', {type: 'button', class: 'drop', 'aria-label': t('drop_file', one.name), onclick: () => drop(one.n)}, icon('cross'))));
  }

  function drop(n) {
    chosen = chosen.filter((_, i) => i !== n);
    draw();
    $('.attach', form).focus();
  }

  function add(files) {
    const all = many ? [...chosen, ...files] : files.slice(-1);
    const fits = all.length <= COUNT && all.reduce((sum, file) => sum + file.size, 0) <= MOST && all.every(file => file.size);
    oops(wrong, fits ? '' : t('too_large'));
    if (fits) chosen = all;
    draw();
  }

  $('.attach', form).addEventListener('click', () => input.click());
  input.addEventListener('change', () => { add([...input.files]); input.value = ''; });
  return {
    any: () => chosen.length > 0,
    read: () => Promise.all(chosen.map(async file => ({name: file.name, type: file.type, data: await base64(file)}))),
    clear: () => { chosen = []; draw(); },
    draw,
  };
}

const base64 = file => new Promise((done, failed) => {
  const reader = new FileReader();
  reader.addEventListener('load', () => done(reader.result.slice(reader.result.indexOf(',') + 1)));
  reader.addEventListener('error', () => failed(reader.error));
  reader.readAsDataURL(file);
});
