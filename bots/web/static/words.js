// Texts and limits, embedded by the server into the page in the user's language.

const data = JSON.parse(document.getElementById("page-data").textContent);

export const language = data.language;
export const limits = data.limits;
export const canLeave = data.can_leave;

export function words(name, values = {}) {
  const text = data.texts[name] ?? data.texts.error;
  return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

const clock = new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" });
const date = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric" });
const decimal = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });

export const time = (moment) => clock.format(moment);

export function day(moment) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  if (moment >= midnight) return words("today");
  if (moment >= midnight - 86_400_000) return words("yesterday");
  return date.format(moment);
}

export function weight(bytes) {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${decimal.format(bytes / 1_000_000)} MB`;
}

export function length(seconds) {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
