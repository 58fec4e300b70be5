// Message list: sorted, with date separators, and with the scroll position kept.

import { Bubble } from "./bubble.js";
import { element } from "./elements.js";
import { day, words } from "./words.js";

const NEAR = 120; // pixels from the end that still count as reading the end
const EARLY = 600; // pixels from the beginning at which older messages are asked for

export class Conversation {
  constructor(handlers) {
    this.handlers = { ...handlers, onQuote: (id) => this.reveal(id) };
    this.list = document.getElementById("messages");
    this.scroller = document.getElementById("scroller");
    this.latest = document.getElementById("latest");
    this.count = document.getElementById("latest-count");
    this.bubbles = new Map();
    this.unseen = 0;
    this.top = 0;
    this.following = true;
    this.isWhole = false; // whether the first message of all is shown
    this.scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.latest.addEventListener("click", () => this.toEnd(true));
    new ResizeObserver(() => this.following && this.toEnd()).observe(this.list);
    new ResizeObserver(() => this.following && this.toEnd()).observe(this.scroller);
  }

  get isEmpty() { return this.bubbles.size === 0; }

  get(id) { return this.bubbles.get(id); }

  // Time of the oldest server message shown, if there is one.
  get oldest() {
    const times = [...this.bubbles.values()].map((bubble) => bubble.message.at).filter(Boolean);
    return times.length ? Math.min(...times) : null;
  }

  // Older messages are inserted above without moving the visible ones.
  above(messages) {
    const height = this.scroller.scrollHeight - this.scroller.scrollTop;
    for (const message of messages) this.show(message);
    this.settle();
    this.scroller.scrollTop = this.scroller.scrollHeight - height;
    this.top = this.scroller.scrollTop;
  }

  clear() {
    this.isWhole = false;
    this.bubbles.clear();
    this.list.replaceChildren();
  }

  // Show a message, new or changed. Returns whether it is new.
  show(message) {
    const known = this.bubbles.get(message.id);
    if (known) {
      const placed = known.message.at === message.at;
      const isAnswer = known.choices.isWaiting && known.choices.awaited === message.answers;
      known.show(message);
      if (!placed) this.#place(known);
      if (isAnswer && !this.following) known.node.scrollIntoView({ block: "nearest" });
      return false;
    }
    const bubble = new Bubble(message, this.handlers);
    const original = message.author === "bot" && this.bubbles.get(message.reply_to);
    if (original) bubble.quote(original.message);
    this.bubbles.set(message.id, bubble);
    this.#place(bubble);
    return true;
  }

  remove(id) {
    this.bubbles.get(id)?.node.remove();
    this.bubbles.delete(id);
    this.settle();
  }

  // A message answers what has this id. Returns whether buttons waited for that.
  answer(id) {
    return [...this.bubbles.values()].some((bubble) => bubble.choices.answer(id));
  }

  // Date separators, a gap where the author changes, and the time once per minute.
  settle() {
    for (const line of this.list.querySelectorAll(".day")) line.remove();
    let last = null;
    for (const node of [...this.list.children]) {
      const { message: { at, author }, foot } = this.bubbles.get(node.dataset.id);
      const name = day(at ? at / 1000 : Date.now());
      const minute = at && Math.floor(at / 60_000_000);
      last?.foot.classList.toggle("quiet", Boolean(at) && author === last.author && minute === last.minute);
      foot.classList.remove("quiet");
      if (name !== last?.name) node.before(element("li", { cls: "day", text: name, role: "presentation" }));
      node.classList.toggle("turn", Boolean(last) && author !== last.author);
      last = { name, author, minute, foot };
    }
  }

  arrived(count) {
    if (this.following || !count) return;
    this.unseen += count;
    this.#mark();
  }

  toEnd(smooth = false) {
    this.following = true;
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: smooth ? "smooth" : "instant" });
  }

  reveal(id) {
    this.bubbles.get(id)?.node.scrollIntoView({ block: "center", behavior: "smooth" });
  }

  // Server messages are sorted by time; messages being sent are last.
  #place(bubble) {
    const at = bubble.message.at ?? Infinity;
    let after = null;
    for (let node = this.list.lastElementChild; node; node = node.previousElementSibling) {
      const other = this.bubbles.get(node.dataset.id);
      if (!other || other === bubble) continue;
      if ((other.message.at ?? Infinity) <= at) break;
      after = node;
    }
    if (!bubble.node.isConnected || bubble.node.nextElementSibling !== after) this.list.insertBefore(bubble.node, after);
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    // only the user scrolls up; when the end moves by itself, follow it
    if (scrollHeight - scrollTop - clientHeight < NEAR) this.following = true;
    else if (scrollTop < this.top) this.following = false;
    this.top = scrollTop;
    if (scrollTop < EARLY) this.handlers.onTop?.();
    if (this.following) this.unseen = 0;
    this.#mark();
  }

  #mark() {
    this.latest.hidden = this.following;
    this.count.textContent = this.unseen ? `${this.unseen}` : "";
    this.latest.setAttribute("aria-label", this.unseen ? `${words("new-messages")}: ${this.unseen}` : words("latest"));
  }
}
