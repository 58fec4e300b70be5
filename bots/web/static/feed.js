// Long polling for changes while the page is open, with a notice when the server is unreachable.

const WAIT = 20; // seconds the server may take when nothing is new
const PATIENCE = 35_000; // milliseconds after which a silent server counts as away
const LONGEST_PAUSE = 15_000;

export class Feed {
  constructor({ onNews, onState }) {
    this.onNews = onNews;
    this.onState = onState;
    this.version = 0;
    this.conversation = "";
    this.online = null;
    this.loaded = false;
    this.wake = () => {};
  }

  start() {
    addEventListener("online", () => this.wake());
    document.addEventListener("visibilitychange", () => document.hidden || this.wake());
    this.#run();
  }

  // Load everything again: links to media expire.
  refresh() {
    this.version = 0;
    this.request?.abort();
  }

  async #run() {
    for (let failures = 0; ;) {
      try {
        const news = await this.#ask(this.online ? WAIT : 0);
        failures = 0;
        this.#state(true);
        this.#take(news);
      } catch (error) {
        if (error.name === "AbortError" && this.version === 0) continue;
        failures += 1;
        this.#state(false);
        await this.#pause(Math.min(LONGEST_PAUSE, 500 * 2 ** failures) * (0.75 + Math.random() / 2));
      }
    }
  }

  async #ask(wait) {
    this.request = new AbortController();
    const timer = setTimeout(() => this.request.abort(new Error("silent")), PATIENCE);
    try {
      const answer = await fetch(`/chat/messages?after=${this.version}&wait=${wait}`, { signal: this.request.signal, cache: "no-store" });
      return await read(answer);
    } finally {
      clearTimeout(timer);
    }
  }

  // Messages before that time.
  async older(at) {
    return (await read(await fetch(`/chat/messages/older?before=${at}`, { cache: "no-store" }))).messages;
  }

  // The conversation id has changed: the server has a new database, so the page starts over.
  #take(news) {
    const other = Boolean(this.conversation) && news.conversation !== this.conversation;
    this.conversation = news.conversation;
    this.version = other ? 0 : news.version;
    this.onNews(other ? [] : news.messages, { other, first: !this.loaded });
    this.loaded = true;
  }

  #state(online) {
    if (online !== this.online) {
      this.online = online;
      this.onState(online);
    }
  }

  #pause(milliseconds) {
    return new Promise((done) => {
      const timer = setTimeout(done, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }
}

// The sign-in form is at the same URL.
async function read(answer) {
  if (answer.status === 401) location.reload();
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.json();
}
