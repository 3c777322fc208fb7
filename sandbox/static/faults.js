// The drawer that makes the messenger misbehave: switches, sliders, counters, starting over.

import { get, iconButton, node, number, post, text } from './tools.js';

const SLIDERS = ['too_many', 'server_error', 'drop_before', 'drop_after', 'hang', 'garbage'];
const SWITCHES = ['duplicate_updates', 'shuffle_updates'];

export class Faults {
  constructor(dialog, owner) {
    this.dialog = dialog;
    this.owner = owner;
    dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
  }

  async open() {
    await this.draw();
    this.dialog.showModal();
    this.timer = setInterval(() => this.count(), 1000);
    this.dialog.onclose = () => clearInterval(this.timer);
  }

  async draw() {
    const state = await get('faults');
    this.counters = new Map();
    const blocked = Boolean(this.owner.screen && this.owner.screen.blocked);
    this.dialog.replaceChildren(
      node('header', {}, node('h2', { id: 'faults-title', text: text('misbehave') }), iconButton('close', text('cancel'), () => this.dialog.close())),
      node('p', { class: 'lead', text: text('misbehaveWhat') }),
      this.flip('outage', state.outage, (on) => post('faults', { outage: on })),
      ...SLIDERS.map((name) => this.slide(name, state[name])),
      ...SWITCHES.map((name) => this.flip(name, state[name] > 0, (on) => post('faults', { [name]: on ? 1 : 0 }))),
      this.flip('blockBot', blocked, (on) => post('block', { person: this.owner.person, on })),
      this.buttons(),
    );
    this.tell(state);
  }

  label(name) {
    const counter = node('small', { class: 'counter' });
    this.counters.set(name, counter);
    return node('span', { class: 'fault-text' }, node('b', { text: text(name) }), node('small', { text: text(`${name}What`) }), counter);
  }

  flip(name, on, change) {
    const box = node('input', { type: 'checkbox', role: 'switch', checked: on, onchange: () => change(box.checked) });
    return node('label', { class: 'fault' }, this.label(name), box);
  }

  slide(name, value) {
    const tell = (part) => (part > 0 ? text('percent', { count: number(Math.round(part * 100)) }) : text('never'));
    const out = node('output', { text: tell(value) });
    const range = node('input', {
      type: 'range', min: '0', max: '1', step: '0.1', value: String(value), 'aria-label': text(name),
      oninput: () => { out.textContent = tell(Number(range.value)); },
      onchange: () => post('faults', { [name]: Number(range.value) }),
    });
    return node('label', { class: 'fault slider' }, this.label(name), node('span', { class: 'range' }, range, out));
  }

  buttons() {
    const sure = node('div', { class: 'sure', hidden: true }, node('p', { text: text('resetSure') }), node('button', {
      type: 'button', class: 'danger', text: text('yesReset'), onclick: async () => { await post('reset', {}); this.dialog.close(); },
    }));
    return node('div', { class: 'drawer-actions' },
      node('button', { type: 'button', class: 'primary', text: text('quiet'), onclick: () => this.quiet() }),
      node('button', { type: 'button', class: 'plain', text: text('reset'), onclick: () => { sure.hidden = !sure.hidden; sure.scrollIntoView(); } }), sure);
  }

  async quiet() {
    const off = Object.fromEntries([...SLIDERS, ...SWITCHES].map((name) => [name, 0]));
    await post('faults', { ...off, outage: false });
    await this.draw();
  }

  async count() { this.tell(await get('faults')); }

  tell(state) {
    for (const [name, place] of this.counters) {
      const times = state.injected[name] || 0;
      place.textContent = times ? text('happened', { count: number(times) }) : '';
    }
  }
}
