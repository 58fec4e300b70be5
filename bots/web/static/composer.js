// Message input: text, and files that are chosen, dropped or pasted.

import { limits } from "./words.js";

export class Composer {
  constructor({ onText, onFiles }) {
    this.onText = onText;
    this.onFiles = onFiles;
    this.form = document.getElementById("composer");
    this.text = document.getElementById("text");
    this.files = document.getElementById("files");
    this.send = document.getElementById("send");
    this.text.maxLength = limits.max_text;
    this.#writing();
    this.#choosing();
    this.#dropping();
    this.#fit();
  }

  take() {
    const text = this.text.value.trim();
    this.text.value = "";
    this.#fit();
    return text;
  }

  #writing() {
    const touch = matchMedia("(pointer: coarse)");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.take();
      if (text) this.onText(text);
      this.text.focus();
    });
    this.text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || touch.matches) return;
      event.preventDefault();
      this.form.requestSubmit();
    });
    this.text.addEventListener("input", () => this.#fit());
    if (!touch.matches) this.text.focus();
  }

  #choosing() {
    for (const id of ["attach", "choose"]) document.getElementById(id).addEventListener("click", () => this.files.click());
    this.files.addEventListener("change", () => {
      const chosen = [...this.files.files];
      this.files.value = "";
      if (chosen.length) this.onFiles(chosen);
    });
    document.addEventListener("paste", (event) => {
      const pasted = [...(event.clipboardData?.files ?? [])];
      if (!pasted.length) return;
      event.preventDefault();
      this.onFiles(pasted);
    });
  }

  #dropping() {
    const veil = document.getElementById("drop");
    let depth = 0;
    const show = (change) => {
      depth = Math.max(0, change);
      veil.hidden = depth === 0;
    };
    const brings = (event) => event.dataTransfer?.types.includes("Files");
    addEventListener("dragenter", (event) => brings(event) && show(depth + 1));
    addEventListener("dragleave", (event) => brings(event) && show(depth - 1));
    addEventListener("dragover", (event) => brings(event) && event.preventDefault());
    addEventListener("drop", (event) => {
      if (!brings(event)) return;
      event.preventDefault();
      show(0);
      const dropped = [...event.dataTransfer.files];
      if (dropped.length) this.onFiles(dropped);
    });
  }

  #fit() {
    this.text.style.height = "auto";
    this.text.style.height = `${this.text.scrollHeight + 3}px`;
    this.send.disabled = !this.text.value.trim();
  }
}
