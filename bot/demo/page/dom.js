// Small tools to build the page. Text is always set as text: nothing people wrote is ever parsed as HTML.
export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'onclick') node.addEventListener('click', value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter(child => child != null && child !== false));
  return node;
}

// A PDF opens in its tab; anything else is saved.
export const opens = name => /\.pdf$/i.test(name);
export const way = name => (opens(name) ? {target: '_blank', rel: 'noopener'} : {download: name});
export const picture = name => icon(/\.ics$/i.test(name) ? 'day' : 'file');

const SVG = 'http://www.w3.org/2000/svg';
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg'), use = document.createElementNS(SVG, 'use');
  svg.setAttribute('class', 'i');
  svg.setAttribute('aria-hidden', 'true');
  use.setAttribute('href', `#i-${name}`);
  svg.append(use);
  return svg;
}

const marks = new WeakMap(); // what each node was made from

// Bring a list to `items`: a node whose item reads the same stays, with its focus and its state.
export function keep(list, items, make) {
  const old = new Map([...list.children].map(node => [node.dataset.key, node]));
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  const nodes = items.map(item => {
    const key = String(item.key), mark = JSON.stringify(item), was = old.get(key);
    if (was && marks.get(was) === mark) return was;
    const node = make(item);
    node.dataset.key = key;
    marks.set(node, mark);
    if (was?.contains(focused)) queueMicrotask(() => ($('button,a,input,summary', node) ?? list).focus());
    else if (!was && list.dataset.filled) node.classList.add('in');
    return node;
  });
  nodes.forEach((node, n) => { if (list.children[n] !== node) list.insertBefore(node, list.children[n] ?? null); });
  while (list.children.length > nodes.length) list.lastChild.remove();
  list.dataset.filled = 'yes';
}

// The same words twice are news twice: the space makes them another text.
export function announce(text) {
  const live = $('#live');
  live.textContent = live.textContent === text ? `${text}\u00a0` : text;
}
export function oops(node, text) {
  node.textContent = text;
  node.hidden = !text;
  if (text) announce(text);
}
