// Editor of the words of a result: word by word beside the film, with their times, by keys and by touch.

import { element, icon, icons } from "./elements.js";
import { STEP, WordList } from "./word-list.js";
import { length, words } from "./words.js";

const NEAR = 0.02; // seconds; a film stands on frames, and a little before a time it was sent to

export class Editor {
  // `onSave` gets the words as JSON, and by line; it calls `saved` or `failed` of the editor. `edited` are the lines as an
  // editor of the same words was left.
  constructor({ lines, cost }, film, onSave, edited = lines) {
    this.list = new WordList(lines, edited);
    this.fields = new Map(); // inputs by word
    this.onSave = onSave;
    this.selected = null;
    this.#build(edited, cost, film);
  }

  open() {
    document.body.append(this.dialog);
    this.dialog.showModal();
  }

  saved() { this.dialog.close(); }

  failed(text) {
    this.save.disabled = false;
    this.problem.textContent = text;
  }

  #build(lines, cost, film) {
    this.dialog = element("dialog", { cls: "editor", "aria-labelledby": "editor-title" },
      element("header", {}, element("h2", { id: "editor-title", text: words("edit-title") }),
        this.#button("edit-cancel", () => this.#leave(), { cls: "round quiet", shown: icon(icons.close) })),
      this.#stage(film), this.#lines(lines), this.#foot(cost));
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.#leave();
    });
    this.dialog.addEventListener("close", () => {
      this.video?.pause();
      this.dialog.remove();
    });
    this.dialog.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#finish();
    });
  }

  #stage(film) {
    if (!film?.plays) return null;
    this.video = element("video", { controls: true, playsinline: true, preload: "metadata", poster: film.poster, src: film.url, "aria-label": words("film") });
    this.preview = element("p", { cls: "spoken", "aria-hidden": "true" });
    if (film.width && film.height) this.video.style.aspectRatio = `${film.width} / ${film.height}`;
    for (const moment of ["timeupdate", "seeked"]) this.video.addEventListener(moment, () => this.#follow());
    this.video.addEventListener("error", () => this.#dropFilm());
    return this.stage = element("div", { cls: "stage" }, this.video, this.preview);
  }

  // Not every video that can be sent can be played by every browser.
  #dropFilm() {
    this.video = null;
    this.stage.replaceChildren(element("p", { cls: "gone", role: "status", text: words("edit-no-film") }));
    for (const button of this.filmTools) button.hidden = true;
  }

  #lines(lines) {
    this.places = lines.map((line, number) => {
      const place = element("div", { cls: "line-words" });
      for (const word of this.list.words.filter((each) => each.line === number)) place.append(this.#field(word));
      return place;
    });
    return element("ol", { cls: "lines" }, ...this.places.map((place, number) => this.#line(place, number, lines[number])));
  }

  #line(place, number, line) {
    const label = words("edit-line", { number: number + 1 });
    const node = element("li", { "aria-label": label });
    const play = element("button", { cls: "cue", type: "button", text: length(line[0].start), "aria-label": `${words("edit-play")}: ${label}` });
    play.addEventListener("click", () => this.#play(this.list.words.find((word) => word.line === number) ?? line[0]));
    const drop = this.#button("edit-remove-line", () => {
      const gone = this.list.words.filter((word) => word.line === number);
      this.list.remove(gone);
      for (const word of gone) this.#forget(word);
      node.remove();
      this.#show();
    }, { cls: "round quiet", shown: icon(icons.close), label: `${words("edit-remove-line")}: ${number + 1}` });
    node.append(play, place, drop);
    return node;
  }

  #field(word) {
    const field = element("input", { cls: "word", type: "text", value: word.text, maxlength: 200, size: sizeOf(word.text), autocapitalize: "off", autocomplete: "off", spellcheck: "true", "aria-label": words("edit-word") });
    this.fields.set(word, field);
    field.addEventListener("focus", () => this.#select(word));
    field.addEventListener("input", () => { field.size = sizeOf(field.value); });
    field.addEventListener("change", () => this.#write(word));
    field.addEventListener("keydown", (event) => this.#key(event, word, field));
    return field;
  }

  // Takes over what was typed; a text with spaces becomes several words.
  #write(word) {
    const field = this.fields.get(word);
    const stands = this.list.write(word, field.value);
    field.value = word.text;
    if (!stands.length) this.#forget(word);
    stands.slice(1).reduce((last, each) => {
      const added = this.#field(each);
      last.after(added);
      return added;
    }, field);
    this.#show();
  }

  #forget(word) {
    this.fields.get(word)?.remove();
    this.fields.delete(word);
    if (this.selected === word) this.#select(null);
  }

  #key(event, word, field) {
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (step && event.altKey) this.#move(word, event.shiftKey ? "end" : "start", step);
    else if (event.key === "Enter" && event.altKey) this.#play(word);
    else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && !event.isComposing) this.#go(field, 1);
    else if (event.key === "ArrowRight" && field.selectionStart === field.value.length) this.#go(field, 1);
    else if (event.key === "ArrowLeft" && field.selectionEnd === 0) this.#go(field, -1);
    else if (event.key === "Backspace" && !field.value) this.#go(field, -1);
    else return;
    event.preventDefault();
  }

  // To the next field or the one before, as they stand on the page.
  #go(field, distance) {
    const all = [...this.dialog.querySelectorAll("input.word")];
    const next = all[all.indexOf(field) + distance];
    if (!next) return;
    next.focus();
    next.setSelectionRange(distance > 0 ? 0 : next.value.length, distance > 0 ? 0 : next.value.length);
  }

  #select(word) {
    this.fields.get(this.selected)?.classList.remove("selected");
    this.selected = word;
    this.fields.get(word)?.classList.add("selected");
    if (word && this.video?.paused) this.video.currentTime = word.start;
    this.#show();
  }

  #play(word) {
    if (!this.video) return;
    this.video.currentTime = word.start;
    this.video.play().catch(() => null); // a film that is gone says so itself
  }

  #follow() {
    if (!this.video) return;
    const word = this.list.at(this.video.currentTime + NEAR);
    if (word !== this.current) {
      this.fields.get(this.current)?.classList.remove("now");
      this.fields.get(word)?.classList.add("now");
      if (!this.video.paused) this.fields.get(word)?.scrollIntoView({ block: "nearest" });
      this.current = word;
    }
    const line = word ? this.list.words.filter((each) => each.line === word.line) : [];
    this.preview.replaceChildren(...line.flatMap((each) => [element(each === word ? "b" : "span", { text: each.text }), " "]));
  }

  #foot(cost) {
    this.filmTools = this.video ? [this.#button("edit-play", () => this.#play(this.selected)), this.#button("edit-now", () => this.#set("start", this.video.currentTime))] : [];
    this.times = element("fieldset", { cls: "times", disabled: true },
      element("div", { cls: "clocks" }, this.#clock("start"), this.#clock("end")),
      element("div", { cls: "tools" },
        ...this.filmTools,
        this.#button("edit-add", () => this.#add()),
        this.#button("edit-remove", () => this.#remove())));
    this.problem = element("p", { cls: "problem", role: "alert" });
    this.save = this.#button("edit-save", () => this.#finish(), { cls: "choose" });
    return element("footer", {}, this.times, element("p", { cls: "keys", text: words("edit-keys") }),
      element("div", { cls: "end" }, element("p", { text: cost }), this.save), this.problem);
  }

  #clock(name) {
    const label = words(name === "start" ? "edit-start" : "edit-end");
    const field = element("input", { type: "number", min: 0, step: STEP, inputmode: "decimal", "aria-label": label });
    field.addEventListener("change", () => Number.isFinite(field.valueAsNumber) && this.#set(name, field.valueAsNumber));
    this[name] = field;
    const move = (step, sign, key) => this.#button(key, () => this.#move(this.selected, name, step), { cls: "step", shown: sign, label: `${label}: ${words(key)}` });
    return element("div", { cls: "clock" }, element("span", { text: label }), move(-STEP, "−", "edit-earlier"), field, move(STEP, "+", "edit-later"));
  }

  #set(name, seconds) {
    if (name === "start") this.list.setStart(this.selected, seconds);
    else this.list.setEnd(this.selected, seconds);
    if (this.video?.paused) this.video.currentTime = this.selected[name];
    this.#show();
  }

  #move(word, name, step) {
    this.selected = word;
    this.#set(name, word[name] + step);
  }

  #add() {
    const added = this.list.add(this.selected);
    const field = this.#field(added);
    this.fields.get(this.selected).after(field);
    field.focus();
  }

  #remove() {
    const word = this.selected;
    const next = this.list.neighbour(word, 1) ?? this.list.neighbour(word, -1);
    this.list.remove([word]);
    this.#forget(word);
    this.fields.get(next)?.focus();
  }

  #show() {
    this.times.disabled = !this.selected;
    this.start.value = this.selected ? this.selected.start.toFixed(2) : "";
    this.end.value = this.selected ? this.selected.end.toFixed(2) : "";
    if (this.preview) this.#follow();
  }

  // What is typed in a field that is still focused is not in the list yet.
  #commit() {
    for (const [word, field] of [...this.fields]) if (field.value !== word.text || !word.text) this.#write(word);
  }

  #finish() {
    this.#commit();
    this.problem.textContent = this.list.isEmpty ? words("edit-empty") : this.list.isChanged ? "" : words("edit-unchanged");
    if (this.problem.textContent) return;
    this.save.disabled = true;
    this.onSave(this.list.toJson(), this.list.lines);
  }

  #leave() {
    this.#commit();
    if (!this.list.isChanged || confirm(words("edit-discard"))) this.dialog.close();
  }

  #button(name, onPress, { cls = "tool", shown, label } = {}) {
    const button = element("button", { cls, type: "button", "aria-label": shown ? label ?? words(name) : null }, shown ?? words(name));
    button.addEventListener("click", onPress);
    return button;
  }
}

const sizeOf = (text) => Math.max(2, text.length);
