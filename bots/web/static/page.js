// Entry point of the page: shows what the server sends, and sends what the user does.

import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { Editor } from "./editor.js";
import { element } from "./elements.js";
import { Feed } from "./feed.js";
import { menu } from "./menu.js";
import { Outgoing } from "./outgoing.js";
import { thumbnail } from "./thumbnails.js";
import { canLeave, limits, words } from "./words.js";

const TYPING = 20_000; // milliseconds the dots are shown at most

const $ = (id) => document.getElementById(id);
const conversation = new Conversation({ onPress: press, onStale: renew, onTop: earlier });
const outgoing = new Outgoing({ onProgress: progress, onSent: sent, onWaiting: waiting, onFailed: failed });
const feed = new Feed({ onNews: news, onState: state });
new Composer({ onText: (text) => send({ text }), onFiles: sendFiles });
menu({ onCommand: (text) => send({ text }), canLeave });
let typingTimer;
const edited = new Map(); // lines by button, as they were sent: the answer may be that credits are missing
const answered = new Set(); // ids of what was sent and has an answer
let awaited = null; // the id of the message whose answer the dots announce

function news(messages, { other, first }) {
  if (other) conversation.clear();
  const fresh = messages.filter((message) => conversation.show(message) && message.author === "bot");
  for (const { answers } of messages) if (answers) answered.add(answers);
  if (awaited && answered.has(awaited)) typing(false);
  const releasing = messages.filter((message) => conversation.answer(message.answers));
  const isAnswer = releasing.some((message) => fresh.includes(message)); // what a button was pressed for has begun
  if (messages.length) conversation.settle();
  if (first || isAnswer) conversation.toEnd(!first);
  else conversation.arrived(fresh.length);
  $("empty").hidden = !conversation.isEmpty;
}

let asking = false;

// Loads older messages when the user scrolls near the first one shown.
async function earlier() {
  const oldest = conversation.oldest;
  if (asking || conversation.isWhole || !oldest) return;
  asking = true;
  $("earlier").hidden = false;
  try {
    const messages = await feed.older(oldest);
    conversation.isWhole = messages.length === 0;
    conversation.above(messages);
  } catch { /* the server is away, which the banner tells; scrolling asks again */ }
  $("earlier").hidden = true;
  asking = false;
}

// A media link has expired: the same message is loaded with a new one.
async function renew(message) {
  const messages = await feed.older(message.at + 1).catch(() => []);
  for (const one of messages) conversation.show(one);
}

function state(online) {
  $("state").className = `state ${online ? "online" : "offline"}`;
  $("state").querySelector(".state-text").textContent = online ? words("online") : "";
  $("banner").hidden = online;
  $("banner").textContent = online ? "" : words("offline");
  if (online) outgoing.wake?.();
}

function typing(on) {
  clearTimeout(typingTimer);
  $("typing").hidden = !on;
  if (!on) return;
  typingTimer = setTimeout(typing, TYPING, false);
  if (conversation.following) conversation.toEnd();
}

let lastFiles = Promise.resolve(); // the thumbnails of the files that were chosen last are made, and these are sent

// Pictures chosen together are one album; any other file is a message of its own. What is chosen first is sent first.
function sendFiles(files) {
  const pictures = files.filter((file) => file.type.startsWith("image/"));
  const others = files.filter((file) => !file.type.startsWith("image/"));
  const groups = others.map((file) => [file]);
  for (let start = 0; start < pictures.length; start += limits.max_files) groups.push(pictures.slice(start, start + limits.max_files));
  const text = $("text").value.trim();
  $("text").value = "";
  $("text").dispatchEvent(new Event("input"));
  lastFiles = lastFiles.then(() => sendGroups(groups, text));
}

async function sendGroups(groups, text) {
  for (const [position, group] of groups.entries()) {
    const thumbnails = await Promise.all(group.map(thumbnail));
    send({ text: position ? "" : text, files: group, thumbnails });
  }
}

function send(sending) {
  Object.assign(sending, { id: newId() });
  const files = sending.files ?? [];
  conversation.show({
    id: sending.id, author: "person", text: sending.text ?? "", buttons: [], film: null, version: 0,
    sent: files.map((file, position) => ({ kind: kindOf(file), name: file.name, thumbnail: sending.thumbnails[position] || null })),
  });
  conversation.settle();
  conversation.toEnd();
  $("empty").hidden = true;
  const most = tooBig(files);
  if (most) {
    failed(sending, { code: "FILE_TOO_BIG", limit: Math.floor(most / 1e6), final: true });
    return;
  }
  if (files.length) foot(sending, uploadBar(sending));
  outgoing.add(sending);
}

// The limit these files exceed, if any.
function tooBig(files) {
  const pictures = files.filter((file) => file.type.startsWith("image/"));
  if (pictures.some((file) => file.size > limits.max_picture)) return limits.max_picture;
  return files.reduce((sum, file) => sum + file.size, 0) > limits.max_bytes ? limits.max_bytes : null;
}

function press(message, button, choices) {
  if (button.data.startsWith("correct:")) edit(message, button, choices);
  else tap(message, button, choices);
}

// Opens the editor. Where there are no words to be edited, the button is sent, and the answer says why.
async function edit(message, button, choices) {
  const answer = await fetch(`/chat/words/${button.data.slice("correct:".length)}`).catch(() => null);
  if (!answer?.ok) {
    tap(message, button, choices);
    return;
  }
  choices.release();
  const content = await answer.json();
  const film = content.keeps_times ? message.film : content.source; // the video that has the times of the words
  const editor = new Editor(content, film, save, edited.get(button.data));
  editor.open();

  function save(json, lines) {
    edited.set(button.data, lines);
    const files = [new File([json], "words.json", { type: "application/json" })];
    const after = { onSent: () => shut(), onFailed: (text) => editor.failed(text) };
    outgoing.add({ id: newId(), choice: button.data, message: message.id, files, ...after });
  }

  function shut() {
    editor.saved();
    conversation.toEnd(true); // where the answer will be
  }
}

// A press is no message: its answer is, or the message that it changes.
function tap(message, button, choices) {
  const id = newId();
  choices.await(id);
  outgoing.add({ id, choice: button.data, message: message.id, choices });
}

function progress(sending, part) {
  const bar = conversation.get(sending.id)?.foot.querySelector(".upload");
  if (!bar) return;
  bar.setAttribute("aria-valuenow", Math.round(part * 100));
  bar.firstChild.style.transform = `scaleX(${part})`;
}

function sent(sending) {
  if (sending.choices) {
    sending.choices.tell("");
    return;
  }
  sending.onSent?.();
  const bubble = conversation.get(sending.id);
  if (bubble && !bubble.message.at) bubble.foot.replaceChildren();
  if (answered.has(sending.id)) return; // the answer was quicker
  awaited = sending.id;
  typing(true);
}

function waiting(sending) {
  sending.onFailed?.(words("offline")); // it is sent all the same, as soon as that can be
  sending.choices?.wait();
  if (sending.choices || sending.onFailed) return;
  foot(sending, element("span", { text: words("waiting") }), discard(sending));
}

function failed(sending, error) {
  if (error.code === "SIGNED_OUT") location.reload();
  const text = words(error.code ? `error-${error.code}` : "error", { limit: error.limit });
  if (sending.onFailed) {
    sending.onFailed(text);
    return;
  }
  if (sending.choices) {
    sending.choices.fail(text);
    if (error.code === "GONE") feed.refresh();
    return;
  }
  const again = element("button", { type: "button", text: words("again") });
  again.addEventListener("click", () => {
    foot(sending, uploadBar(sending));
    outgoing.add(sending);
  });
  foot(sending, element("span", { cls: "problem", role: "alert", text: `${words("failed")}. ${text}` }), error.final ? null : again, discard(sending));
}

function uploadBar(sending) {
  const bar = element("span", { cls: "upload", role: "progressbar", "aria-label": words("sending"), "aria-valuemin": 0, "aria-valuemax": 100 }, element("i"));
  const stop = discard(sending, words("cancel-upload"));
  return element("span", { cls: "uploading" }, bar, sending.files?.length ? stop : null);
}

function discard(sending, label = words("discard")) {
  const button = element("button", { type: "button", text: label });
  button.addEventListener("click", () => {
    outgoing.stop(sending.id);
    conversation.remove(sending.id);
    $("empty").hidden = !conversation.isEmpty;
  });
  return button;
}

function foot(sending, ...parts) {
  conversation.get(sending.id)?.foot.replaceChildren(...parts.filter(Boolean));
}

function kindOf(file) {
  const kind = file.type.split("/")[0];
  return { image: "picture", video: "video", audio: "audio" }[kind] ?? "file";
}

// crypto.randomUUID exists on localhost and https only; the page may also be opened under another local host name.
function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

addEventListener("beforeunload", (event) => outgoing.queue.length && event.preventDefault());
feed.start();
