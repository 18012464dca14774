// Three columns on a wide screen, three tabs on a narrow one.
import {$, $$, el} from './dom.js';
import {t} from './words.js';

export const narrow = matchMedia('(max-width:1079px)');
const tabs = $$('.tabs button'), panels = tabs.map(tab => document.getElementById(tab.getAttribute('aria-controls')));
let current = 0;

export function select(n, focus = false) {
  current = n;
  if (!narrow.matches) return;
  tabs.forEach((tab, i) => { tab.setAttribute('aria-selected', String(i === n)); tab.tabIndex = i === n ? 0 : -1; panels[i].hidden = i !== n; });
  $('.news', tabs[n])?.remove();
  if (focus) tabs[n].focus();
  scrollTo(0, n === 1 ? document.body.scrollHeight : 0);
}

export const shown = n => narrow.matches && current === n;

// Something new in a view that is not shown: a dot on its tab.
export function reveal(n) {
  if (narrow.matches && n !== current && !$('.news', tabs[n])) tabs[n].append(el('span', {class: 'news'}, el('span', {class: 'sr'}, ` ${t('news')}`)));
}

export function layout() {
  const bar = $('.tabs');
  document.body.classList.toggle('has-tabs', narrow.matches);
  if (narrow.matches) {
    bar.setAttribute('role', 'tablist');
    tabs.forEach((tab, n) => { tab.setAttribute('role', 'tab'); panels[n].setAttribute('role', 'tabpanel'); panels[n].setAttribute('aria-labelledby', tab.id); });
    return select(current);
  }
  bar.removeAttribute('role');
  panels.forEach(panel => { panel.hidden = false; panel.removeAttribute('role'); panel.setAttribute('aria-labelledby', $('h2', panel).id); });
}

const STEP = {ArrowRight: 1, ArrowLeft: 2};
tabs.forEach((tab, n) => {
  tab.addEventListener('click', () => select(n));
  tab.addEventListener('keydown', event => {
    const to = event.key in STEP ? (n + STEP[event.key]) % 3 : {Home: 0, End: 2}[event.key];
    if (to === undefined) return;
    event.preventDefault();
    select(to, true);
  });
});
narrow.addEventListener('change', layout);
