// Small helpers of the page: building nodes (never from markup), texts in two languages, numbers and times, requests.

let texts = {};
let language = 'fa';

export const currentLanguage = () => language;

export async function loadTexts() {
  texts = await (await fetch('/static/texts.json')).json();
  const kept = localStorage.getItem('language');
  language = kept in texts ? kept : (navigator.language || 'fa').startsWith('en') ? 'en' : 'fa';
}

export function setLanguage(next) {
  language = next;
  localStorage.setItem('language', next);
}

/** A sentence; what is put into it is isolated, so that mixed scripts keep their order. */
export function text(key, values = {}) {
  return texts[language][key].replace(/\{(\w+)\}/g, (_, name) => `\u2068${values[name]}\u2069`);
}

export const number = (value) => new Intl.NumberFormat(language === 'fa' ? 'fa-IR' : 'en-GB', { useGrouping: false }).format(value);

const locale = () => (language === 'fa' ? 'fa-IR-u-ca-persian' : 'en-GB');

export const clock = (seconds) =>
  new Intl.DateTimeFormat(locale(), { hour: '2-digit', minute: '2-digit' }).format(new Date(seconds * 1000));

export function day(seconds) {
  const date = new Date(seconds * 1000);
  const midnight = (moment) => new Date(moment).setHours(0, 0, 0, 0);
  const ago = Math.round((midnight(Date.now()) - midnight(date)) / 86400000);
  if (ago === 0) return text('today');
  if (ago === 1) return text('yesterday');
  return new Intl.DateTimeFormat(locale(), { weekday: 'long', day: 'numeric', month: 'long' }).format(date);
}

/** node('button', {class: 'x', onclick: f, text: '...'}, child, ...) */
export function node(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'text') made.textContent = value;
    else if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export function icon(name) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('class', `icon icon-${name}`);
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(space, 'use');
  use.setAttribute('href', `/static/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

export function iconButton(name, label, onclick, more = {}) {
  return node('button', { type: 'button', class: 'icon-button', title: label, 'aria-label': label, onclick, ...more }, icon(name));
}

async function read(response) {
  const body = await response.json();
  if (!response.ok) throw new Error(body.error || response.statusText);
  return body;
}

export const get = async (path) => read(await fetch(`/control/${path}`));

export const post = async (path, body) =>
  read(await fetch(`/control/${path}`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  }));

export async function upload(kind, fields, file) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value) form.append(name, value);
  form.append('file', file, file.name);
  return read(await fetch(`/control/${kind}`, { method: 'POST', body: form }));
}
