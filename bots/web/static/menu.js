// The menu at the top: common commands, and sign-out.

const $ = (id) => document.getElementById(id);

export function menu({ onCommand, canLeave }) {
  const list = $("menu");
  const button = $("menu-button");
  const show = (on) => {
    list.hidden = !on;
    button.setAttribute("aria-expanded", on);
  };
  button.addEventListener("click", () => show(list.hidden));
  document.addEventListener("click", (event) => event.target.closest(".menu") || show(false));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || list.hidden) return;
    show(false);
    button.focus();
  });
  for (const item of list.querySelectorAll("[data-command]")) {
    item.addEventListener("click", () => {
      show(false);
      onCommand(item.dataset.command);
    });
  }
  $("sign-out").hidden = !canLeave;
  $("sign-out").addEventListener("click", leave);
}

async function leave() {
  await fetch("/sign-out", { method: "POST", headers: { "X-Rabisco": "page" } }).catch(() => null);
  location.reload();
}
