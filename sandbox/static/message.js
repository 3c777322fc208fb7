// One message as nodes: text with its entities, media, quote, buttons. Asks nothing and sends nothing by itself.

import { clock, icon, iconButton, node, number, text } from './tools.js';

const TAGS = {
  bold: 'strong', italic: 'em', underline: 'u', strikethrough: 's', code: 'code', pre: 'pre', spoiler: 'mark',
  blockquote: 'blockquote', expandable_blockquote: 'blockquote',
};
const SAFE = /^(https?:|tg:|mailto:|tel:)/i;

/** Nodes of a text with nested entities; offsets are UTF-16 units, as JavaScript counts. */
function marked(source, entities, actions) {
  const root = document.createDocumentFragment();
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  fill(root, source, 0, source.length, sorted, actions);
  return root;
}

function fill(parent, source, from, to, entities, actions) {
  let at = from;
  while (entities.length && entities[0].offset < to) {
    const entity = entities.shift();
    if (entity.offset < at) continue;
    if (entity.offset > at) parent.append(source.slice(at, entity.offset));
    const end = Math.min(entity.offset + entity.length, to);
    const inside = [];
    while (entities.length && entities[0].offset < end) inside.push(entities.shift());
    const element = wrap(entity, source.slice(entity.offset, end), actions);
    fill(element, source, entity.offset, end, inside, actions);
    parent.append(element);
    at = end;
  }
  if (at < to) parent.append(source.slice(at, to));
}

function wrap(entity, covered, actions) {
  if (entity.type === 'text_link' || entity.type === 'url') {
    const address = entity.url || covered;
    if (SAFE.test(address)) return node('a', { href: address, target: '_blank', rel: 'noopener noreferrer' });
  }
  if (entity.type === 'email') return node('a', { href: `mailto:${covered}` });
  if (entity.type === 'bot_command') {
    return node('button', { type: 'button', class: 'command', onclick: () => actions.say(covered) });
  }
  if (entity.type === 'mention' || entity.type === 'hashtag') return node('span', { class: 'linkish' });
  return node(TAGS[entity.type] || 'span');
}

const fileAddress = (file) => `/control/file/${encodeURIComponent(file.file_id)}`;

function size(bytes) {
  const kilo = bytes / 1024;
  return kilo < 1024
    ? text('kilobytes', { count: number(Math.max(1, Math.round(kilo))) })
    : text('megabytes', { count: number(Math.round(kilo / 102.4) / 10) });
}

function card(name, title, line, link) {
  const inside = [
    node('span', { class: 'card-icon' }, icon(name)),
    node('span', { class: 'card-text' }, node('b', { dir: 'auto', text: title }), node('small', { dir: 'auto', text: line })),
  ];
  return link ? node('a', { class: 'card', ...link }, ...inside) : node('div', { class: 'card' }, ...inside);
}

function media(message) {
  if (message.photo) {
    return node('a', { class: 'picture', href: fileAddress(message.photo), target: '_blank', rel: 'noopener' },
      node('img', { src: fileAddress(message.photo), alt: message.text || text('photo'), loading: 'lazy',
        width: message.photo.width, height: message.photo.height }));
  }
  if (message.document) {
    const file = message.document;
    return card('file', file.file_name, size(file.file_size), { href: fileAddress(file), download: file.file_name });
  }
  for (const name of ['video', 'audio']) {
    const file = message[name];
    const line = name === 'video' ? 'videoNote' : 'audioNote';
    if (file) return card(name, file.file_name || text(name), text(line, { seconds: number(file.duration) }), { href: fileAddress(file), download: file.file_name || '' });
  }
  if (message.voice) return card('voice', text('voice'), text('voiceNote', { seconds: number(message.voice.duration) }));
  if (message.sticker) return node('div', { class: 'sticker', role: 'img', 'aria-label': text('sticker'), text: message.sticker.emoji });
  if (message.contact) return card('contact', message.contact.first_name, `\u2066${message.contact.phone_number}\u2069`);
  if (message.location) {
    const { latitude, longitude } = message.location;
    return card('location', text('map'), `\u2066${latitude.toFixed(4)}, ${longitude.toFixed(4)}\u2069`);
  }
  return null;
}

function inlineKeyboard(message, actions) {
  if (!message.markup.length) return null;
  const rows = message.markup.map((row) => node('div', { class: 'key-row' }, ...row.map((button) => {
    const label = node('span', { dir: 'auto', text: button.text });
    if (button.url) {
      const href = SAFE.test(button.url) ? button.url : `https://${button.url}`;
      return node('a', { class: 'inline-key', href, target: '_blank', rel: 'noopener noreferrer' }, label, icon('link'));
    }
    return node('button', { type: 'button', class: 'inline-key', onclick: (event) => actions.press(message, button, event.currentTarget) }, label);
  })));
  return node('div', { class: 'inline-keyboard' }, ...rows);
}

function serviceLine(message) {
  const lines = {
    migrate_to_chat_id: 'serviceMigrated', migrate_from_chat_id: 'serviceMigrated', pinned_message: 'servicePinned',
  };
  if (message.service === 'forum_topic_created') return text('serviceTopic', { name: message.topic || '' });
  return text(lines[message.service] || 'serviceOther');
}

export function messageNode(message, view, actions) {
  if (message.service) {
    return node('li', { class: 'service', 'data-id': message.message_id }, node('span', { dir: 'auto', text: serviceLine(message) }));
  }
  const own = message.sender === view.person;
  const bubble = node('div', { class: `bubble${message.sticker ? ' bare' : ''}` });
  const showName = view.group && !own;
  if (showName || message.forwarded || (view.group && message.topic && !view.topic)) {
    bubble.append(node('p', { class: 'from' },
      showName ? node('b', { class: `tone-${message.sender % 5}`, dir: 'auto', text: message.name }) : null,
      message.topic && !view.topic ? node('span', { class: 'topic', dir: 'auto', text: message.topic }) : null,
      message.forwarded ? node('i', { text: text('forwarded') }) : null));
  }
  if (message.quote) {
    bubble.append(node('button', { type: 'button', class: 'quote', onclick: () => actions.jump(message.reply_to) },
      node('b', { dir: 'auto', text: message.quote.name }), node('span', { dir: 'auto', text: message.quote.text || '…' })));
  }
  const pictured = media(message);
  if (pictured) bubble.append(pictured);
  if (message.text) bubble.append(node('div', { class: 'text', dir: 'auto' }, marked(message.text, message.entities, actions)));
  const facts = [message.pinned && text('pinned'), message.edited && text('edited'), clock(message.date)].filter(Boolean);
  bubble.append(node('p', { class: 'facts', text: facts.join(' · ') }));
  if (message.reactions.length) bubble.append(node('p', { class: 'reactions' }, ...message.reactions.map((emoji) => node('span', { text: emoji }))));
  const tools = node('div', { class: 'tools' }, iconButton('reply', text('reply'), () => actions.reply(message)));
  if (own && message.text && !message.forwarded) tools.append(iconButton('edit', text('edit'), () => actions.edit(message)));
  return node('li', { class: own ? 'own' : 'other', 'data-id': message.message_id },
    node('div', { class: 'line' }, bubble, tools), inlineKeyboard(message, actions));
}
