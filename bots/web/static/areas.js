// Areas of a picture that can be tapped: each stands for one of the first buttons under the message, and has its name.
// They lie over the picture as buttons of their own, so that the keyboard and screen readers reach them too.

import { element } from "./elements.js";

const percent = (share) => `${100 * share}%`;

export class Areas {
  constructor(onTap) {
    this.onTap = onTap;
    this.node = null;
  }

  // The keyboard's focus stays at its place when the areas change.
  show(picture, message) {
    const place = this.#buttons.indexOf(document.activeElement);
    const buttons = (message.buttons ?? []).flat();
    const shown = picture && message.areas?.length ? message.areas : [];
    if (!shown.length) {
      this.remove(picture);
      return;
    }
    if (!this.node?.contains(picture)) {
      this.node = element("div", { cls: "areas" });
      picture.replaceWith(this.node);
      this.node.append(picture);
    }
    this.node.replaceChildren(picture, ...shown.map((area, index) => this.#area(area, buttons[index])).filter(Boolean));
    if (place >= 0) this.#buttons[place]?.focus({ preventScroll: true });
  }

  // The picture stays where it is, without areas.
  remove(picture = null) {
    if (!this.node) return;
    if (picture && this.node.contains(picture)) this.node.replaceWith(picture);
    else this.node.remove();
    this.node = null;
  }

  get #buttons() { return this.node ? [...this.node.querySelectorAll("button")] : []; }

  // A smaller area lies above a larger one, which would hide it.
  #area([left, top, width, height], button) {
    if (!button?.data) return null;
    const node = element("button", { cls: "area", type: "button", "aria-label": button.label, title: button.label });
    Object.assign(node.style, { left: percent(left), top: percent(top), width: percent(width), height: percent(height) });
    node.style.zIndex = String(1 + Math.round(1000 * (1 - width * height)));
    node.addEventListener("click", () => this.onTap(button.data));
    return node;
  }
}
