// Buttons under a message. After a press they wait for its answer: a message, new or changed, that says what it answers.

import { element, safe } from "./elements.js";
import { words } from "./words.js";

const NAMES = { "◀️": "previous", "▶️": "next" }; // of labels that cannot be read out
const PATIENCE = 45_000; // milliseconds after which a button can be pressed again, whatever became of its press

export class Choices {
  constructor(onPress) {
    this.onPress = onPress;
    this.rows = element("div", { cls: "buttons" });
    this.note = element("p", { cls: "note", role: "alert" });
    this.node = element("div", { cls: "choices" }, this.rows, this.note);
  }

  get isWaiting() { return Boolean(this.pressed); }

  // The keyboard's focus stays at its place among the buttons. A press goes on waiting where its button is still there
  // and the message is not the answer to it.
  show(rows, answers) {
    const place = this.#buttons.indexOf(document.activeElement);
    const awaited = this.isWaiting && this.awaited !== answers ? this.pressed.dataset.choice : null;
    this.rows.replaceChildren(...rows.map((row) => element("div", { cls: "row" }, ...row.map((one) => this.#choice(one)))));
    const kept = awaited === null ? null : this.#buttons.find((button) => button.dataset.choice === awaited);
    if (kept) this.#hold(kept);
    else this.release();
    if (place >= 0) (this.#buttons[place] ?? this.#buttons.at(-1))?.focus({ preventScroll: true });
  }

  // No button can be pressed until there is an answer; they keep the focus, which disabled ones would lose.
  press(button) {
    this.tell("");
    this.#hold(button);
    this.#expect();
  }

  // A press of the button that sends this, made elsewhere.
  pressData(data) { this.#buttons.find((button) => button.dataset.choice === data)?.click(); }

  // The id of what was sent for the press, which its answer names.
  await(id) { this.awaited = id; }

  // A message came that answers what has this id. Returns whether it was waited for.
  answer(id) {
    const isAwaited = this.isWaiting && Boolean(id) && this.awaited === id;
    if (isAwaited) this.release();
    return isAwaited;
  }

  // There is no server at the moment; the press is sent as soon as there is.
  wait() {
    this.#expect();
    this.tell(words("waiting"));
  }

  release() {
    clearTimeout(this.timer);
    this.pressed = this.awaited = null;
    for (const button of this.#buttons) {
      button.removeAttribute("aria-disabled");
      button.removeAttribute("aria-busy");
    }
  }

  fail(text) {
    this.release();
    this.tell(text);
  }

  tell(text) { this.note.textContent = text; }

  #hold(button) {
    this.pressed = button;
    for (const other of this.#buttons) other.setAttribute("aria-disabled", "true");
    button.setAttribute("aria-busy", "true");
  }

  #expect() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fail(words("slow")), PATIENCE);
  }

  get #buttons() { return [...this.rows.querySelectorAll("button, a")]; }

  #choice(one) {
    if (one.url) {
      const href = safe(one.url);
      return href && element("a", { cls: "choice", href, text: one.label, target: "_blank", rel: "noopener noreferrer" });
    }
    const name = NAMES[one.label] && words(NAMES[one.label]);
    const button = element("button", { cls: "choice", type: "button", text: one.label, "aria-label": name, title: name, "data-choice": one.data });
    button.addEventListener("click", () => {
      if (this.isWaiting) return;
      this.press(button);
      this.onPress(one);
    });
    return button;
  }
}
