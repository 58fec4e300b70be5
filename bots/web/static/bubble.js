// View of one message. Its element is created once and then updated, so a playing video continues to play.

import { Areas } from "./areas.js";
import { Choices } from "./choices.js";
import { element, icon, icons, linked } from "./elements.js";
import { measure } from "./pictures.js";
import { length, time, weight, words } from "./words.js";

const DRAWN_BAR = /\n[▰▱█▓▒░■□▮▯⬛⬜]+\s*$/u; // a bar made of signs, for messengers that have no other; ours moves
const SMALL = 400; // pixels; narrower pictures are QR codes, and drawn larger as they are
const PERCENT = /(\d{1,3})(?:[.,]\d+)?\s?%/u;

export class Bubble {
  constructor(message, { onPress, onStale, onQuote }) {
    this.choices = new Choices((one) => onPress(this.message, one, this.choices));
    this.areas = new Areas((data) => this.choices.pressData(data));
    this.onStale = onStale;
    this.onQuote = onQuote;
    this.text = element("div", { cls: "text" });
    this.inside = element("div", { cls: "bubble" });
    this.foot = element("div", { cls: "foot" });
    this.node = element("li", { cls: `message ${message.author}`, "data-id": message.id, "data-author": message.author },
      element("span", { cls: "visually-hidden", text: `${words(message.author === "bot" ? "bot" : "you")}: ` }),
      this.inside, this.choices.node, this.foot);
    this.show(message);
  }

  show(message) {
    const before = this.message;
    this.message = message;
    this.node.dataset.version = message.version ?? 0;
    if (!before || before.author !== message.author) this.node.className = `message ${message.author}`;
    if (!before || mediaOf(before) !== mediaOf(message)) this.#fill(message);
    else if (before.film && before.film.url !== message.film.url) this.#renew(message.film);
    if (before?.picture !== message.picture) this.#illustrate(message.picture);
    this.areas.show(this.picture, message);
    const text = this.#bar(message) ? message.text.replace(DRAWN_BAR, "") : message.text;
    if (!before || this.shown !== text) this.text.replaceChildren(...linked(text));
    this.shown = text;
    if (!before || JSON.stringify(before.buttons) !== JSON.stringify(message.buttons)) this.choices.show(message.buttons, message.answers);
    else this.choices.answer(message.answers);
    if (message.at) this.foot.replaceChildren(element("time", { text: time(message.at / 1000), datetime: new Date(message.at / 1000).toISOString() }));
  }

  quote(original) {
    const picture = original.sent?.find((one) => one.thumbnail);
    const text = original.text || original.sent?.map((one) => one.name || words(one.kind)).join(", ") || words("film");
    const button = element("button", { cls: "quote", type: "button" },
      picture && element("img", { src: picture.thumbnail, alt: "" }), element("span", { text }));
    button.addEventListener("click", () => this.onQuote(original.id));
    this.quoted?.remove();
    this.quoted = button;
    this.inside.prepend(button);
  }

  #fill(message) {
    const film = message.film;
    this.media = message.sent?.length ? this.#sent(message.sent) : film?.plays ? this.#player(film) : null;
    this.inside.replaceChildren(...[this.quoted, this.media, this.picture, this.text, this.bar, film && under(film)].filter(Boolean));
  }

  // The picture above the text. Another one takes its place when it can be shown, so that nothing moves meanwhile.
  #illustrate(picture) {
    if (!picture) {
      this.areas.remove();
      this.picture?.remove();
      this.picture = null;
      return;
    }
    if (!this.picture) this.text.before(this.picture = element("img", { cls: "picture", alt: words("picture") }));
    const size = measure(picture);
    this.picture.classList.toggle("exact", Boolean(size) && size.width < SMALL);
    this.#reserve(this.picture, size);
    this.picture.src = picture;
  }

  // The place of a picture or film; CSS makes the message as wide as its ratio asks for.
  #reserve(node, size) {
    if (!size?.width || !size.height) return;
    node.setAttribute("width", size.width);
    node.setAttribute("height", size.height);
    node.style.aspectRatio = `${size.width} / ${size.height}`;
    this.node.style.setProperty("--ratio", size.width / size.height);
  }

  #sent(sent) {
    const single = sent.length === 1;
    return element("div", { cls: single ? "sent single" : "sent" }, ...sent.map((one) => {
      const name = one.name || words(one.kind);
      if (!one.thumbnail) return element("div", { cls: "paper" }, icon(icons[one.kind] ?? icons.file), element("span", { text: name }));
      const picture = element("img", { src: one.thumbnail, alt: name });
      if (single) this.#reserve(picture, measure(one.thumbnail));
      return element("div", { cls: `shot ${one.kind}` }, picture);
    }));
  }

  #player(film) {
    const video = element("video", { controls: true, playsinline: true, preload: "metadata", poster: film.poster,
      src: film.url, "aria-label": film.name || words("film") });
    this.#reserve(video, film);
    if (!film.width) video.addEventListener("loadedmetadata", () => this.#reserve(video, { width: video.videoWidth, height: video.videoHeight }));
    video.addEventListener("error", () => this.#failed(video));
    return element("div", { cls: "film" }, video);
  }

  // An expired link is requested once more; a missing file is reported as missing.
  async #failed(video) {
    const answer = await fetch(video.src, { method: "HEAD" }).catch(() => null);
    if (answer?.status === 410) this.onStale(this.message);
    if (answer?.status === 404) video.parentElement.replaceChildren(element("p", { cls: "gone", text: words("gone-film") }));
  }

  #renew(film) {
    const video = this.inside.querySelector("video");
    if (video && (video.error || (video.paused && !video.currentTime))) video.src = film.url;
    this.inside.querySelector(".save")?.setAttribute("href", film.save);
  }

  // Whether there is progress to show.
  #bar(message) {
    const found = message.author === "bot" && message.buttons.length && !message.film ? PERCENT.exec(message.text) : null;
    const percent = found ? Math.min(100, Number(found[1])) : null;
    if (percent === null) {
      this.bar?.remove();
      this.bar = null;
      return false;
    }
    if (!this.bar) {
      this.bar = element("div", { cls: "bar", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100, "aria-label": words("progress") }, element("i"));
      this.text.after(this.bar);
      this.bar.getBoundingClientRect(); // so that the first step moves as well
    }
    this.bar.setAttribute("aria-valuenow", percent);
    this.bar.firstChild.style.transform = `scaleX(${percent / 100})`;
    return true;
  }
}

const mediaOf = (message) => JSON.stringify([message.sent, message.film && { ...message.film, url: "", save: "" }]);

function under(film) {
  const facts = [film.seconds ? length(film.seconds) : null, film.weight ? weight(film.weight) : null].filter(Boolean);
  return element("div", { cls: "under" },
    film.plays ? null : icon(icons.file),
    element("span", { cls: "facts" }, element("b", { text: film.name }), facts.join(" · ")),
    element("a", { cls: "save", href: film.save, download: film.name, "aria-label": words("save-named", { name: film.name }) },
      icon(icons.save), element("span", { text: words("save") })));
}
