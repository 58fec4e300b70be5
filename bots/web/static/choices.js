// Buttons under a message. After a press they wait for the answer: a change of the message, or a new message.

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

  // The keyboard's focus stays at its place among the buttons.
  show(rows) {
    this.release();
    const place = this.#buttons.indexOf(document.activeElement);
    this.rows.replaceChildren(...rows.map((row) => element("div", { cls: "row" }, ...row.map((one) => this.#choice(one)))));
    if (place >= 0) (this.#buttons[place] ?? this.#buttons.at(-1))?.focus({ preventScroll: true });
  }

  // No button can be pressed until there is an answer; they keep the focus, which disabled ones would lose.
  press(button) {
    this.tell("");
    this.pressed = button;
    for (const other of this.#buttons) other.setAttribute("aria-disabled", "true");
    button.setAttribute("aria-busy", "true");
    this.#expect();
  }

  // There is no server at the moment; the press is sent as soon as there is.
  wait() {
    this.#expect();
    this.tell(words("waiting"));
  }

  release() {
    clearTimeout(this.timer);
    this.pressed = null;
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
    const button = element("button", { cls: "choice", type: "button", text: one.label, "aria-label": name, title: name });
    button.addEventListener("click", () => {
      if (this.isWaiting) return;
      this.press(button);
      this.onPress(one);
    });
    return button;
  }
}
