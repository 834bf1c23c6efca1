// Keys and small helps of the office pages; every page works without them.
const search = document.getElementById("search-input");
const hits = document.getElementById("search-hits");

// A long menu on a low screen: the entry we are at stays in sight.
document.querySelector(".menu a[aria-current]")?.scrollIntoView({ block: "nearest" });

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    search?.focus();
    search?.select();
  }
  if (event.key === "Escape") {
    hits?.replaceChildren();
    if (location.hash === "#side") location.hash = "#content";
  }
});

// Arrows walk from the search box through its hits.
search?.form.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const stops = [search, ...hits.querySelectorAll("a")];
  const next = stops[stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)];
  event.preventDefault();
  next?.focus();
});
search?.form.addEventListener("focusout", (event) => {
  if (!search.form.contains(event.relatedTarget)) setTimeout(() => hits.replaceChildren(), 200);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
  const copy = event.target.closest("[data-copy]");
  if (!copy) return;
  const text = document.getElementById(copy.dataset.copy).innerText.trim();
  navigator.clipboard?.writeText(text).then(() => {
    if (copy.dataset.copied) copy.textContent = copy.dataset.copied;
  });
});

// One box ticks all of its name on the page.
document.addEventListener("change", (event) => {
  const name = event.target.dataset.tick;
  if (!name) return;
  for (const box of document.querySelectorAll(`input[name="${name}"]`)) box.checked = event.target.checked;
});

// On a phone a row is a block of lines (office.css): each cell is told the head of its column, and what it is.
const part = { THEAD: "rowgroup", TBODY: "rowgroup", TFOOT: "rowgroup", TR: "row", TD: "cell", TH: "columnheader" };
for (const table of document.querySelectorAll(".scroll > .rows:not(.steps-table)")) {
  const heads = [...(table.tHead?.rows[table.tHead.rows.length - 1].cells ?? [])];
  const labels = heads.map((head) => (head.querySelector(".visually-hidden") ? "" : head.textContent.trim()));
  table.setAttribute("role", "table");
  for (const one of table.querySelectorAll("thead, tbody, tfoot, tr, td, th")) one.setAttribute("role", part[one.tagName]);
  for (const row of table.querySelectorAll("tbody tr, tfoot tr")) {
    for (const [place, cell] of [...row.cells].entries()) {
      const text = cell.textContent.trim();
      const isPill = cell.querySelector(".state") && !/\d/.test(text);
      if (cell.tagName === "TH") cell.setAttribute("role", "rowheader");
      const isNumber = cell.classList.contains("num");
      if (!place || (place === 1 && !isNumber) || isPill) cell.classList.add("first");
      else if (labels[place]) cell.dataset.label = labels[place];
      if ((!text || text === "—") && !cell.querySelector("input, select, img, svg, progress")) cell.classList.add("blank");
    }
  }
  table.classList.add("stacked");
}

// A table wider than its card can be scrolled by keys too.
for (const box of document.querySelectorAll(".scroll")) {
  if (box.scrollWidth > box.clientWidth && !box.querySelector("a, button, input, select")) box.tabIndex = 0;
}
