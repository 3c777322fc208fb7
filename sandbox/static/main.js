// The page: two phones, tabs on narrow screens, the language, the stream of events.

import { Faults } from './faults.js';
import { Phone } from './phone.js';
import { currentLanguage, get, loadTexts, number, post, setLanguage, text } from './tools.js';

const OWNERS = 2;
const phones = {};
let world = null;

function paintTexts() {
  const root = document.documentElement;
  root.lang = currentLanguage();
  root.dir = currentLanguage() === 'fa' ? 'rtl' : 'ltr';
  document.title = text('title');
  for (const place of document.querySelectorAll('[data-text]')) place.textContent = text(place.dataset.text);
  const language = document.getElementById('language');
  language.lang = currentLanguage() === 'fa' ? 'en' : 'fa';
}

function news(kind) {
  const tab = document.getElementById(`tab-${kind}`);
  if (tab.getAttribute('aria-selected') !== 'true') tab.querySelector('.dot').hidden = false;
}

function show(kind) {
  for (const one of ['owner', 'staff']) {
    const tab = document.getElementById(`tab-${one}`);
    tab.setAttribute('aria-selected', String(one === kind));
    tab.tabIndex = one === kind ? 0 : -1;
    document.getElementById(`phone-${one}`).classList.toggle('front', one === kind);
  }
  document.getElementById(`tab-${kind}`).querySelector('.dot').hidden = true;
  phones[kind].scrollDown(false);
}

function alertBox(words) {
  const box = document.getElementById('alert');
  box.querySelector('p').textContent = words;
  box.showModal();
}

async function guest() {
  const count = world.people.filter((one) => one.guest).length + 1;
  const name = text('guestName', { number: number(count) });
  const { id } = await post('people', { first_name: name, language_code: currentLanguage() });
  await meet(id);
  return id;
}

/** Learn who exists; `chosen` becomes the owner phone's person. */
async function meet(chosen) {
  const before = new Set(world ? world.people.filter((one) => one.guest).map((one) => one.id) : []);
  world = await get('people');
  const group = world.groups[world.groups.length - 1];
  const staff = new Set(group ? group.members.map((one) => one.id) : []);
  const owners = world.people.filter((one) => !staff.has(one.id));
  owners.forEach((one, place) => { one.guest = place >= OWNERS || before.has(one.id); });
  const kept = chosen || phones.owner.person;
  const owner = owners.find((one) => one.id === kept) || owners.find((one) => one.language === currentLanguage()) || owners[0];
  if (owner) phones.owner.people(owners, owner.id);
  phones.staff.place.hidden = !group;
  document.querySelector('.tabs').hidden = !group;
  if (group) {
    phones.staff.options.chat = group.id;
    phones.staff.options.memberCount = () => group.members.length + 1;
    const reader = group.members.find((one) => one.id === phones.staff.person) || group.members[0];
    phones.staff.people(group.members, reader.id);
  }
}

function build() {
  const common = { onNews: news, alert: alertBox };
  phones.owner = new Phone(document.getElementById('phone-owner'), { ...common, kind: 'owner', chat: null, chooseGuest: guest });
  phones.staff = new Phone(document.getElementById('phone-staff'), { ...common, kind: 'staff', chat: null, memberCount: () => 0 });
}

const refreshAll = () => Promise.all([phones.owner.refresh(), phones.staff.refresh()]);

function listen() {
  const away = document.getElementById('away');
  const source = new EventSource('/control/events');
  source.onopen = async () => { away.hidden = true; await meet(); await refreshAll(); };
  source.onerror = () => { away.hidden = false; };
  source.onmessage = async ({ data }) => {
    const event = JSON.parse(data);
    if (event.what === 'people' || event.what === 'reset') await meet();
    for (const phone of Object.values(phones)) phone.hear(event);
  };
}

async function switchLanguage() {
  const owner = phones.owner.person;
  setLanguage(currentLanguage() === 'fa' ? 'en' : 'fa');
  paintTexts();
  build();
  await meet(owner);
  await refreshAll();
}

async function main() {
  await loadTexts();
  paintTexts();
  build();
  document.getElementById('language').addEventListener('click', switchLanguage);
  document.getElementById('open-faults').addEventListener('click', () => new Faults(document.getElementById('faults'), phones.owner).open());
  for (const kind of ['owner', 'staff']) {
    document.getElementById(`tab-${kind}`).addEventListener('click', () => show(kind));
  }
  document.querySelector('.tabs').addEventListener('keydown', (event) => {
    if (!event.key.startsWith('Arrow')) return;
    const next = document.getElementById('tab-owner').getAttribute('aria-selected') === 'true' ? 'staff' : 'owner';
    show(next);
    document.getElementById(`tab-${next}`).focus();
  });
  show('owner');
  listen();
}

main();
