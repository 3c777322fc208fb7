// One phone: a chat as one person sees it, and all they can do there. Draws what the stand-in tells, keeps no truth.

import { messageNode } from './message.js';
import { day, get, icon, iconButton, node, number, post, text, upload } from './tools.js';

const NEAR_END = 80;
const TOAST_SECONDS = 3.5;

export class Phone {
  /** place: the section; options: {kind: 'owner'|'staff', chat: id or null, onNews, chooseGuest} */
  constructor(place, options) {
    this.place = place;
    this.options = options;
    this.person = null;
    this.topic = null;
    this.replying = null;
    this.editing = null;
    this.keysShown = true;
    this.drawn = new Map();
    this.days = new Map();
    this.waiting = new Map();
    this.drafts = new Map();
    this.build();
  }

  build() {
    const kind = this.options.kind;
    this.title = node('bdi');
    this.status = node('p', { class: 'status' });
    this.avatar = node('span', { class: 'avatar', 'aria-hidden': 'true' });
    this.chooser = node('select', { id: `who-${kind}`, title: text('who'), 'aria-label': text('who'), onchange: () => this.choose(this.chooser.value) });
    this.topics = node('div', { class: 'topics', hidden: true });
    this.list = node('ol', { class: 'messages', role: 'log', 'aria-label': text('messages'), tabindex: '0' });
    this.empty = node('p', { class: 'empty', hidden: true });
    this.toBottom = iconButton('down', text('newest'), () => this.scrollDown(true), { class: 'icon-button to-bottom', hidden: true });
    this.toast = node('p', { class: 'toast', role: 'status', hidden: true, dir: 'auto' });
    this.atEnd = true;
    this.list.addEventListener('scroll', () => this.scrolled());
    const settle = () => { if (this.atEnd) this.scrollDown(false); };
    new ResizeObserver(settle).observe(this.list);
    this.list.addEventListener('load', settle, true);
    this.longPress();
    this.place.replaceChildren(
      node('header', { class: 'bar' }, this.avatar, node('div', { class: 'bar-text' }, node('h2', { id: `name-${kind}` }, this.title), this.status),
        node('span', { class: 'chooser' }, this.chooser, icon('down'))),
      this.topics,
      node('div', { class: 'pane' }, this.list, this.empty, this.toBottom, this.toast),
      this.buildComposer(),
    );
  }

  buildComposer() {
    const file = (kind, accept) => node('input', {
      type: 'file', accept, hidden: true, 'data-kind': kind,
      onchange: (event) => { this.sendFile(kind, event.target.files[0]); event.target.value = ''; },
    });
    this.photoInput = file('photo', 'image/*');
    this.fileInput = file('document', null);
    this.context = node('div', { class: 'context', hidden: true });
    this.input = node('textarea', { rows: '1', dir: 'auto', placeholder: text('write'), 'aria-label': text('write'), maxlength: '4096' });
    this.input.addEventListener('input', () => this.grow());
    this.input.addEventListener('keydown', (event) => this.key(event));
    this.attachMenu = node('div', { class: 'menu attach-menu', hidden: true, role: 'menu' });
    this.commandMenu = node('div', { class: 'menu', hidden: true, role: 'menu' });
    this.attachButton = iconButton('attach', text('attach'), () => this.toggle(this.attachMenu, this.attachButton), { 'aria-haspopup': 'menu' });
    this.commandButton = iconButton('slash', text('commands'), () => this.toggle(this.commandMenu, this.commandButton), { 'aria-haspopup': 'menu', hidden: true });
    this.keysButton = iconButton('keyboard', text('keyboard'), () => { this.keysShown = !this.keysShown; this.drawKeys(); }, { hidden: true });
    this.sendButton = iconButton('send', text('send'), () => this.submit(), { class: 'icon-button send' });
    this.keys = node('div', { class: 'reply-keyboard', hidden: true });
    this.gate = node('button', { type: 'button', class: 'gate', hidden: true });
    this.row = node('div', { class: 'composer' }, this.attachButton, this.commandButton, this.input, this.keysButton, this.sendButton);
    for (const [name, act] of [
      ['photo', () => this.photoInput.click()], ['file', () => this.fileInput.click()],
      ['contact', () => this.act('contact', {})], ['location', () => this.act('location', {})],
      ['sticker', () => this.act('sticker', {})], ['voice', () => this.act('voice', {})],
      ['video', () => this.act('video', {})], ['audio', () => this.act('audio', {})],
    ]) {
      this.attachMenu.append(node('button', { type: 'button', role: 'menuitem', onclick: () => { this.hideMenus(); act(); } },
        icon(name), node('span', { text: text(name) })));
    }
    this.place.addEventListener('keydown', (event) => { if (event.key === 'Escape') { this.hideMenus(); this.clearContext(); } });
    document.addEventListener('click', (event) => { if (!event.target.closest('.menu, .icon-button')) this.hideMenus(); });
    return node('footer', {}, this.attachMenu, this.commandMenu, this.context, this.row, this.gate, this.keys, this.photoInput, this.fileInput);
  }

  // who and where

  people(list, selected) {
    const options = list.map((one) => node('option', { value: one.id, text: one.name }));
    if (this.options.chooseGuest) options.push(node('option', { value: 'guest', text: `+ ${text('guest')}` }));
    this.chooser.replaceChildren(...options);
    this.person = selected;
    this.chooser.value = String(selected);
  }

  async choose(value) {
    this.drafts.set(this.person, this.input.value);
    this.person = value === 'guest' ? await this.options.chooseGuest() : Number(value);
    this.input.value = this.drafts.get(this.person) || '';
    this.grow();
    this.clearContext();
    this.drawn.clear();
    this.list.replaceChildren();
    await this.refresh();
    this.scrollDown(false);
  }

  get where() {
    const group = this.options.chat;
    return { person: this.person, ...(group ? { chat: group } : {}), ...(this.topic ? { topic: this.topic } : {}) };
  }

  get chat() { return this.options.chat || this.person; }

  // drawing

  hear(event) {
    if (event.what === 'answer') this.answered(event);
    if (event.chat_id === null || event.chat_id === this.chat) {
      if (event.what === 'message' && event.chat_id === this.chat) this.options.onNews(this.options.kind);
      this.refreshSoon();
    }
  }

  refreshSoon() {
    if (this.planned) return;
    this.planned = setTimeout(() => { this.planned = null; this.refresh().catch(() => {}); }, 30);
  }

  async refresh() {
    if (!this.person) return;
    const asked = `${this.person}/${this.topic}`;
    const shown = await get(`screen?${new URLSearchParams(this.where)}`);
    if (asked !== `${this.person}/${this.topic}`) return;
    this.screen = shown;
    this.drawHead();
    this.drawMessages();
    this.drawFoot();
  }

  drawHead() {
    const { title, typing, topics } = this.screen;
    this.title.textContent = title;
    this.avatar.textContent = [...title][0] || '?';
    const idle = this.options.chat ? text('members', { count: number(this.options.memberCount()) }) : text('bot');
    this.status.textContent = typing ? text('typing') : idle;
    this.status.classList.toggle('typing', typing);
    clearTimeout(this.typingEnd);
    if (typing) this.typingEnd = setTimeout(() => this.refreshSoon(), 5100);
    this.topics.hidden = !topics.length;
    if (this.topic && !topics.some((topic) => topic.id === this.topic)) this.topic = null;
    const chip = (id, name) => node('button', {
      type: 'button', 'aria-pressed': String(this.topic === id), dir: 'auto', text: name,
      onclick: () => { this.topic = id; this.drawn.clear(); this.list.replaceChildren(); this.clearContext(); this.refresh().then(() => this.scrollDown(false)); },
    });
    const newest = [...topics].reverse();
    this.topics.replaceChildren(chip(null, text('all')), ...newest.map((topic) => chip(topic.id, topic.name)));
  }

  drawMessages() {
    const stay = this.atEnd;
    const view = { person: this.person, group: Boolean(this.options.chat), topic: this.topic };
    const actions = {
      press: (message, button, element) => this.press(message, button, element),
      reply: (message) => this.setContext('reply', message),
      edit: (message) => this.setContext('edit', message),
      jump: (id) => this.jump(id),
      say: (words) => this.act('send', { text: words }),
    };
    const kept = new Map();
    const nodes = [];
    let lastDay = '';
    for (const message of this.screen.messages) {
      const thisDay = day(message.date);
      if (thisDay !== lastDay) {
        const line = this.days.get(thisDay) || node('li', { class: 'day' }, node('span', { text: thisDay }));
        this.days.set(thisDay, line);
        nodes.push(line);
        lastDay = thisDay;
      }
      const key = JSON.stringify(message);
      const before = this.drawn.get(message.message_id);
      const entry = before && before.key === key ? before : { key, element: messageNode(message, view, actions) };
      kept.set(message.message_id, entry);
      nodes.push(entry.element);
    }
    this.drawn = kept;
    this.settleNodes(nodes);
    this.empty.hidden = this.screen.messages.length > 0;
    this.empty.textContent = this.options.chat ? text('quietGroup') : this.screen.about || text('hello');
    if (stay) this.scrollDown(false);
  }

  /** Put these nodes into the list, moving as few as possible: focus and announcements stay as they are. */
  settleNodes(nodes) {
    const wanted = new Set(nodes);
    for (const old of [...this.list.children]) if (!wanted.has(old)) old.remove();
    nodes.forEach((one, place) => {
      if (this.list.children[place] !== one) this.list.insertBefore(one, this.list.children[place] || null);
    });
  }

  drawFoot() {
    const { blocked, started, commands } = this.screen;
    const gated = blocked || !started;
    this.row.hidden = gated;
    this.gate.hidden = !gated;
    this.gate.textContent = text(blocked ? 'unblock' : 'start');
    this.gate.onclick = () => (blocked ? this.act('block', { on: false }) : this.act('send', { text: '/start' }));
    this.commandButton.hidden = !commands.length;
    this.commandMenu.replaceChildren(...commands.map((one) => node('button', {
      type: 'button', role: 'menuitem', onclick: () => { this.hideMenus(); this.act('send', { text: `/${one.command}` }); },
    }, node('code', { dir: 'ltr', text: `/${one.command}` }), node('span', { dir: 'auto', text: one.description }))));
    this.drawKeys();
  }

  drawKeys() {
    const keyboard = this.screen && this.screen.keyboard;
    const usable = Boolean(keyboard) && !this.row.hidden;
    this.keysButton.hidden = !usable;
    this.keysButton.setAttribute('aria-pressed', String(this.keysShown));
    this.keys.hidden = !usable || !this.keysShown;
    if (!usable) return;
    this.keys.replaceChildren(...keyboard.keyboard.map((row) => node('div', { class: 'key-row' }, ...row.map((button) => node('button', {
      type: 'button', onclick: () => this.act('tap', { label: button.text }),
    }, node('span', { dir: 'auto', text: button.text }))))));
  }

  // acting

  async act(name, body) {
    try {
      const result = await post(name, { ...this.where, ...body });
      this.scrollDown(false);
      return result;
    } catch (error) {
      this.say(text('failed', { reason: error.message }));
      return null;
    }
  }

  async submit() {
    const words = this.input.value;
    if (!words.trim()) return;
    const done = this.editing
      ? await this.act('edit', { message_id: this.editing.message_id, text: words })
      : await this.act('send', { text: words, reply_to: this.replying ? this.replying.message_id : null });
    if (!done) return;
    this.input.value = '';
    this.grow();
    this.clearContext();
  }

  async sendFile(kind, file) {
    if (!file) return;
    try {
      await upload(kind, { ...this.where, caption: this.input.value.trim(), reply_to: this.replying && this.replying.message_id }, file);
      this.input.value = '';
      this.grow();
      this.clearContext();
    } catch (error) {
      this.say(text('failed', { reason: error.message }));
    }
  }

  async press(message, button, element) {
    if (button.copy_text) {
      await navigator.clipboard.writeText(button.copy_text.text);
      this.say(text('copied'));
      return;
    }
    element.setAttribute('aria-busy', 'true');
    const made = await this.act('press', { message_id: message.message_id, data: button.callback_data });
    const free = () => element.removeAttribute('aria-busy');
    if (!made) { free(); return; }
    const query = made.update.callback_query.id;
    if (this.early && this.early.query_id === query) { this.early = null; free(); return; }
    this.waiting.set(query, free);
    setTimeout(() => { free(); this.waiting.delete(query); }, 15000);
  }

  answered(event) {
    if (event.user_id !== this.person) return;
    const free = this.waiting.get(event.query_id);
    if (free) { free(); this.waiting.delete(event.query_id); } else this.early = event;
    if (event.text && event.show_alert) this.options.alert(event.text);
    else if (event.text) this.say(event.text);
  }

  key(event) {
    const finePointer = matchMedia('(pointer: fine)').matches;
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && finePointer) {
      event.preventDefault();
      this.submit();
    }
  }

  setContext(kind, message) {
    this.replying = kind === 'reply' ? message : null;
    this.editing = kind === 'edit' ? message : null;
    const head = kind === 'reply' ? text('replyTo', { name: message.name }) : text('editing');
    this.context.replaceChildren(icon(kind), node('div', {}, node('b', { dir: 'auto', text: head }), node('span', { dir: 'auto', text: message.text || '…' })),
      iconButton('close', text('cancel'), () => this.clearContext()));
    this.context.hidden = false;
    if (this.editing) this.input.value = message.text;
    this.grow();
    this.input.focus();
  }

  clearContext() {
    if (this.editing) { this.input.value = ''; this.grow(); }
    this.replying = this.editing = null;
    this.context.hidden = true;
  }

  // small things

  toggle(menu, button) {
    const open = menu.hidden;
    this.hideMenus();
    menu.hidden = !open;
    button.setAttribute('aria-expanded', String(open));
    if (open && menu.firstElementChild) menu.firstElementChild.focus();
  }

  hideMenus() {
    for (const menu of [this.attachMenu, this.commandMenu]) menu.hidden = true;
    for (const button of [this.attachButton, this.commandButton]) button.setAttribute('aria-expanded', 'false');
  }

  say(words) {
    this.toast.textContent = words;
    this.toast.hidden = false;
    clearTimeout(this.toastEnd);
    this.toastEnd = setTimeout(() => { this.toast.hidden = true; }, TOAST_SECONDS * 1000);
  }

  jump(id) {
    const target = this.list.querySelector(`[data-id="${id}"]`);
    if (!target) return;
    target.scrollIntoView({ block: 'center', behavior: 'smooth' });
    target.classList.add('flash');
    setTimeout(() => target.classList.remove('flash'), 1200);
  }

  longPress() {
    let timer = null;
    this.list.addEventListener('touchstart', (event) => {
      const item = event.target.closest('li[data-id]');
      for (const open of this.list.querySelectorAll('.tools-open')) if (open !== item) open.classList.remove('tools-open');
      if (item) timer = setTimeout(() => item.classList.add('tools-open'), 450);
    }, { passive: true });
    for (const end of ['touchend', 'touchmove', 'touchcancel']) this.list.addEventListener(end, () => clearTimeout(timer), { passive: true });
  }

  grow() {
    this.input.style.height = 'auto';
    this.input.style.height = `${Math.min(this.input.scrollHeight, 140)}px`;
  }

  /** Only the person's own scrolling back ends the sticking to the newest message; growing content does not. */
  scrolled() {
    const near = this.nearEnd();
    if (near) this.atEnd = true;
    else if (this.list.scrollTop < this.lastTop - 2) this.atEnd = false;
    this.lastTop = this.list.scrollTop;
    this.toBottom.hidden = near;
  }

  nearEnd() { return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < NEAR_END; }

  scrollDown(smooth) { this.list.scrollTo({ top: this.list.scrollHeight, behavior: smooth ? 'smooth' : 'instant' }); }
}
