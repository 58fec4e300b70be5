// Queue of outgoing messages: sent one at a time, each under its own id, so that a repeat is harmless.

const PAUSE = 2000; // milliseconds before a sending that found no server is tried again

export class Outgoing {
  constructor({ onProgress, onSent, onWaiting, onFailed }) {
    Object.assign(this, { onProgress, onSent, onWaiting, onFailed });
    this.queue = [];
    this.busy = false;
  }

  add(sending) {
    this.queue.push(sending);
    this.#run();
  }

  // Returns whether it could still be cancelled.
  stop(id) {
    const current = this.queue[0]?.id === id ? this.queue[0] : null;
    this.queue = this.queue.filter((one) => one.id !== id);
    current?.request?.abort();
    this.wake?.();
  }

  async #run() {
    if (this.busy) return;
    this.busy = true;
    while (this.queue.length) {
      const sending = this.queue[0];
      const answer = await this.#post(sending);
      if (this.queue[0] !== sending) continue; // it was stopped
      if (answer.status === 0 || answer.status >= 502) {
        this.onWaiting(sending);
        await new Promise((done) => { this.wake = done; setTimeout(done, PAUSE); });
        continue;
      }
      this.queue.shift();
      if (answer.status === 202) this.onSent(sending);
      else this.onFailed(sending, answer.body?.error ?? {});
    }
    this.busy = false;
  }

  #post(sending) {
    return new Promise((done) => {
      const request = new XMLHttpRequest();
      sending.request = request;
      request.open("POST", "/chat/messages");
      request.setRequestHeader("X-Rabisco", "page");
      request.responseType = "json";
      request.upload.addEventListener("progress", (event) => event.lengthComputable && this.onProgress(sending, event.loaded / event.total));
      for (const end of ["load", "error", "abort", "timeout"]) {
        request.addEventListener(end, () => done({ status: request.status, body: request.response }));
      }
      request.send(form(sending));
    });
  }
}

function form({ id, text, choice, message, files = [], thumbnails = [] }) {
  const form = new FormData();
  form.append("id", id);
  if (text) form.append("text", text);
  if (choice) form.append("choice", choice);
  if (message) form.append("message", message);
  for (const url of thumbnails) form.append("thumbnails", url);
  for (const file of files) form.append("files", file, file.name);
  return form;
}
