// The rota by mouse and by keyboard: a visit is put somewhere, what follows is shown, only then it is saved.
// Without it the same is done on the page of the visit.
const table = document.getElementById("rota");
const dialog = document.getElementById("rota-dialog");
const said = document.getElementById("rota-said");
const isDay = table.dataset.view === "day";
const QUARTER = 900, FROM = Number(table.dataset.from) * 3600, LANE = 16 * 3600;
const partial = { "HX-Request": "true" };
let up = null; // {chip, row, column, quarter, by}: the visit in hand and the place under it

const say = (text) => { said.textContent = ""; said.textContent = text; };
const words = (chip) => chip.title;
const rows = () => [...table.tBodies[0].rows];
const heads = [...table.tHead.rows[0].cells].slice(1);

// The clock of the agency is the one on the page: seconds since midnight of the visit's own day.
const CHINA = 8 * 3600;
const parts = (chip) => {
  const [who, start, end] = chip.dataset.seen.split(".").map(Number);
  return { who, start, end };
};
const stamp = (seconds) => new Date((seconds + CHINA) * 1000).toISOString().slice(0, 16);
const midnight = (day) => Date.parse(`${day}T00:00:00Z`) / 1000 - CHINA;

function target() {
  const cell = up.row.cells[up.column + 1];
  return { cell, who: up.row.dataset.who, day: heads[up.column].dataset.day };
}

function pickUp(chip, by) {
  const cell = chip.closest("td"), row = cell.closest("tr");
  const { start } = parts(chip);
  up = { chip, row, column: cell.cellIndex - 1, seconds: start - midnight(stamp(start).slice(0, 10)), by };
  chip.classList.add("up");
  if (by === "keys") { say(table.dataset.sayUp.replace("{visit}", words(chip))); show(); }
}

function letGo(isSaid = true) {
  if (!up) return;
  up.chip.classList.remove("up");
  table.querySelector(".here")?.classList.remove("here");
  table.querySelector(".over-row")?.classList.remove("over-row");
  if (isSaid) { say(table.dataset.sayOff); up.chip.focus(); }
  up = null;
}

function show() {
  table.querySelector(".here")?.classList.remove("here");
  table.querySelector(".over-row")?.classList.remove("over-row");
  const { cell } = target();
  cell.classList.add("here");
  up.row.classList.add("over-row");
  const clock = stamp(up.seconds - CHINA).slice(11);
  if (isDay) cell.querySelector(".lane").dataset.at = clock;
  if (up.by === "keys") {
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
    const name = up.row.cells[0].querySelector("a, b").textContent;
    say(table.dataset.sayAt.replace("{place}", `${name}, ${heads[up.column].innerText.trim()} ${clock}`));
  }
}

const arrows = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
function step([down, across]) {
  const all = rows(), place = all.indexOf(up.row) + down;
  if (all[place]) up.row = all[place];
  if (isDay) up.seconds = Math.min(Math.max(up.seconds + across * QUARTER, 0), 86400 - QUARTER);
  else up.column = Math.min(Math.max(up.column + across, 0), heads.length - 1);
  show();
}

table.addEventListener("keydown", (event) => {
  const chip = event.target.closest(".chip[data-seen]");
  if (!up && chip && (event.key === "Enter" || event.key === " ")) {
    event.preventDefault();
    pickUp(chip, "keys");
  } else if (up?.by === "keys" && (event.key === "Enter" || event.key === " ")) {
    event.preventDefault();
    drop();
  } else if (up?.by === "keys" && arrows[event.key]) {
    event.preventDefault();
    step(arrows[event.key]);
  } else if (up && (event.key === "Escape" || event.key === "Tab")) letGo(event.key === "Escape");
});

table.addEventListener("dragstart", (event) => {
  const chip = event.target.closest?.(".chip[data-seen]");
  if (!chip) return;
  letGo(false);
  pickUp(chip, "mouse");
  up.grabbed = event.clientX - chip.getBoundingClientRect().left;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", words(chip));
});
table.addEventListener("dragover", (event) => {
  const cell = event.target.closest("tbody td");
  if (!up || !cell) return;
  event.preventDefault();
  up.row = cell.closest("tr");
  up.column = cell.cellIndex - 1;
  if (isDay) {
    const box = cell.querySelector(".lane").getBoundingClientRect();
    const seconds = FROM + ((event.clientX - up.grabbed - box.left) / box.width) * LANE;
    up.seconds = Math.min(Math.max(Math.round(seconds / QUARTER) * QUARTER, 0), 86400 - QUARTER);
  }
  show();
});
table.addEventListener("drop", (event) => { if (up) { event.preventDefault(); drop(); } });
table.addEventListener("dragend", () => { if (!dialog.open && !up?.asking) letGo(false); });

async function drop() {
  const { who, day } = target(), { start, end } = parts(up.chip);
  const starts = midnight(day) + up.seconds;
  up.asking = true;
  await look(up.chip, { caregiver: who === "0" ? "" : who, starts_at: stamp(starts), ends_at: stamp(starts + end - start),
    scope: "one", seen: up.chip.dataset.seen });
}

const address = (chip) => table.dataset.move.replace("/0/", `/${chip.id.slice(1)}/`);

async function look(chip, fields) {
  const query = new URLSearchParams({ ...fields, rota: table.dataset.query });
  const answer = await fetch(`${address(chip)}?${query}`, { headers: partial });
  if (!answer.ok || answer.redirected) return void location.assign(`${address(chip)}?${query}`);
  fill(await answer.text());
}

function lookAgain(form) {
  const fields = Object.fromEntries(new FormData(form));
  delete fields.csrfmiddlewaretoken;
  delete fields.rota;
  return look(up.chip, fields);
}

function fill(html) {
  const focus = document.activeElement?.name, value = document.activeElement?.value;
  dialog.innerHTML = html;
  if (!dialog.open) dialog.showModal();
  const fields = focus ? [...dialog.querySelectorAll(`[name="${focus}"]`)] : [];
  const again = fields.find((field) => field.type !== "radio" || field.value === value);
  const first = dialog.querySelector(".problems") ?? again ?? dialog.querySelector("button.btn-main");
  first?.focus();
}

dialog.addEventListener("change", (event) => {
  if (event.target.name !== "reason") lookAgain(event.target.form);
});
dialog.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]")) { event.preventDefault(); dialog.close(); }
});
dialog.addEventListener("close", () => { dialog.replaceChildren(); letGo(); });

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches(".rota-move, [data-undo]")) return;
  event.preventDefault();
  if (event.submitter?.hasAttribute("data-look")) return void lookAgain(form);
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: partial });
  const isJson = answer.headers.get("Content-Type")?.includes("json");
  if (!isJson && answer.status === 422) return fill(await answer.text());
  if (!isJson) return location.reload();
  const changed = await answer.json();
  if (changed.problems) return void (warn(changed.problems));
  put(changed);
});

function put(changed) {
  const moved = up?.chip.id;
  const fresh = document.createElement("template");
  fresh.innerHTML = changed.rows;
  for (const row of fresh.content.querySelectorAll("tr")) document.getElementById(row.id)?.replaceWith(row);
  document.getElementById("rota-last").innerHTML = changed.last;
  up = null;
  if (dialog.open) dialog.close();
  table.querySelector(".here")?.classList.remove("here");
  const chip = moved && document.getElementById(moved);
  chip?.classList.add("fresh");
  chip?.focus();
  say(changed.done);
}

function warn(problems) {
  const box = document.getElementById("rota-last");
  const list = document.createElement("ul");
  list.className = "message message-error";
  list.setAttribute("role", "alert");
  list.append(...problems.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  box.prepend(list);
}
