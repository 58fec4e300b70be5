// View of one message. Its element is created once and then updated, so a playing video continues to play.

import { element, icon, icons, linked, safe } from "./elements.js";
import { length, time, weight, words } from "./words.js";

const DRAWN_BAR = /\n[▰▱█▓▒░■□▮▯⬛⬜]+\s*$/u; // a bar made of signs, for messengers that have no other; ours moves
const PERCENT = /(\d{1,3})(?:[.,]\d+)?\s?%/u;

export class Bubble {
  constructor(message, { onPress, onStale, onQuote }) {
    this.onPress = onPress;
    this.onStale = onStale;
    this.onQuote = onQuote;
    this.text = element("div", { cls: "text" });
    this.inside = element("div", { cls: "bubble" });
    this.buttons = element("div", { cls: "buttons" });
    this.foot = element("div", { cls: "foot" });
    this.node = element("li", { cls: `message ${message.author}`, "data-id": message.id, "data-author": message.author },
      element("span", { cls: "visually-hidden", text: `${words(message.author === "bot" ? "bot" : "you")}: ` }),
      this.inside, this.buttons, this.foot);
    this.show(message);
  }

  show(message) {
    const before = this.message;
    this.message = message;
    this.node.dataset.version = message.version ?? 0;
    if (!before || before.author !== message.author) this.node.className = `message ${message.author}`;
    if (!before || mediaOf(before) !== mediaOf(message)) this.#fill(message);
    else if (before.film && before.film.url !== message.film.url) this.#renew(message.film);
    const text = this.#bar(message) ? message.text.replace(DRAWN_BAR, "") : message.text;
    if (!before || this.shown !== text) this.text.replaceChildren(...linked(text));
    this.shown = text;
    if (!before || JSON.stringify(before.buttons) !== JSON.stringify(message.buttons)) this.#choices(message.buttons);
    else if (before.version !== message.version) this.release();
    if (message.at) this.foot.replaceChildren(element("time", { text: time(message.at / 1000), datetime: new Date(message.at / 1000).toISOString() }));
  }

  // Buttons are disabled after one press, and enabled again when the message changes or an answer arrives.
  press(button) {
    for (const other of this.buttons.querySelectorAll("button")) other.disabled = true;
    button.classList.add("pressed");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.release(), 15_000);
  }

  release() {
    clearTimeout(this.timer);
    for (const button of this.buttons.querySelectorAll("button")) {
      button.disabled = false;
      button.classList.remove("pressed");
    }
  }

  quote(original) {
    const picture = original.sent?.find((one) => one.thumbnail);
    const text = original.text || original.sent?.map((one) => one.name || words(one.kind)).join(", ") || words("film");
    const button = element("button", { cls: "quote", type: "button" },
      picture && element("img", { src: picture.thumbnail, alt: "" }), element("span", { text }));
    button.addEventListener("click", () => this.onQuote(original.id));
    this.inside.querySelector(".quote")?.remove();
    this.inside.prepend(button);
  }

  #fill(message) {
    const film = message.film;
    this.inside.replaceChildren(...[
      message.sent?.length ? sentFiles(message.sent) : null,
      message.picture ? element("img", { cls: "picture", src: message.picture, alt: words("picture") }) : null,
      film?.plays ? this.#player(film) : null,
      this.text,
      film ? under(film) : null,
    ].filter(Boolean));
  }

  #player(film) {
    const video = element("video", { controls: true, playsinline: true, preload: "metadata", poster: film.poster,
      width: film.width || null, height: film.height || null, src: film.url, "aria-label": film.name || words("film") });
    if (film.width && film.height) {
      video.style.aspectRatio = `${film.width} / ${film.height}`;
      this.node.style.setProperty("--ratio", film.width / film.height);
    }
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

  #choices(rows) {
    this.release();
    this.buttons.replaceChildren(...rows.map((row) => element("div", { cls: "row" }, ...row.map((one) => this.#choice(one)))));
  }

  #choice(one) {
    if (one.url) {
      const href = safe(one.url);
      return href && element("a", { cls: "choice", href, text: one.label, target: "_blank", rel: "noopener noreferrer" });
    }
    const button = element("button", { cls: "choice", type: "button", text: one.label });
    button.addEventListener("click", () => {
      this.press(button);
      this.onPress(this.message, one, () => this.release());
    });
    return button;
  }
}

const mediaOf = (message) => JSON.stringify([message.sent, message.picture, message.film && { ...message.film, url: "", save: "" }]);

function under(film) {
  const facts = [film.seconds ? length(film.seconds) : null, film.weight ? weight(film.weight) : null].filter(Boolean);
  return element("div", { cls: "under" },
    film.plays ? null : icon(icons.file),
    element("span", { cls: "facts" }, element("b", { text: film.name }), facts.join(" · ")),
    element("a", { cls: "save", href: film.save, download: film.name, "aria-label": words("save-named", { name: film.name }) },
      icon(icons.save), element("span", { text: words("save") })));
}

function sentFiles(sent) {
  const single = sent.length === 1;
  return element("div", { cls: single ? "sent single" : "sent" }, ...sent.map((one) => {
    const name = one.name || words(one.kind);
    if (!one.thumbnail) return element("div", { cls: "paper" }, icon(icons[one.kind] ?? icons.file), element("span", { text: name }));
    return element("div", { cls: `shot ${one.kind}` }, element("img", { src: one.thumbnail, alt: name }));
  }));
}
