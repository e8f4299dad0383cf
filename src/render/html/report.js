"use strict";
// The page can be read without this: it adds searching and sorting.
for (const table of document.querySelectorAll("table.letters")) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const places = new Map(rows.map((row, index) => [row, index]));
  const search = table.closest("section").querySelector(".search");
  const [input, output] = [search.querySelector("input"), search.querySelector("output")];
  // Wide and narrow letters are the same to somebody who searches.
  const plain = (text) => text.normalize("NFKC").toLowerCase();
  let texts;
  const read = () => { texts ??= rows.map((row) => plain(row.textContent)); };
  // Thousands of rows take long to draw: the first are there at once, and the others follow in small portions.
  const PORTION = 150;
  let latest = 0;
  const reveal = (found, mine) => {
    if (mine !== latest) return;
    found.splice(0, PORTION).forEach((row) => { row.hidden = false; });
    if (found.length) setTimeout(reveal, 0, found, mine);
  };
  const filter = () => {
    const words = plain(input.value).split(/\s+/).filter(Boolean);
    if (words.length) read();
    const fits = rows.map((_, index) => words.every((word) => texts[index].includes(word)));
    rows.forEach((row, index) => { if (!fits[index]) row.hidden = true; });
    table.classList.toggle("found", words.length > 0);
    const found = [...body.rows].filter((row) => fits[places.get(row)]);
    output.textContent = output.dataset.text.replace("#", found.length).replace("@", rows.length);
    latest += 1;
    reveal(found.filter((row) => row.hidden), latest);
  };
  input.addEventListener("input", filter);
  search.hidden = false;
  filter();
  (window.requestIdleCallback ?? setTimeout)(read);

  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.title = `${table.dataset.sort} ${head.textContent}`;
    head.replaceChildren(button);
    const value = (row) => row.cells[column].textContent.trim();
    const number = (row) => Number(row.cells[column].dataset.value || Infinity);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const order = head.dataset.kind === "number"
        ? (a, b) => number(a) - number(b)
        : (a, b) => collator.compare(value(a), value(b));
      const sorted = [...rows].sort(order);
      body.replaceChildren(...(down ? sorted.reverse() : sorted));
    });
  });
}
// A link to a letter that the search has hidden would lead nowhere.
addEventListener("hashchange", () => {
  const row = document.getElementById(location.hash.slice(1));
  if (!row?.hidden) return;
  const input = row.closest("section").querySelector("input");
  input.value = "";
  input.dispatchEvent(new Event("input"));
  row.scrollIntoView();
});
// On paper nothing can be opened, and groups that are too long for it stay closed. A column of the table is too narrow for a hundred signatures: those are told above.
let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open], .letters .fold, .big)")];
  closed.forEach((group) => { group.open = true; });
});
addEventListener("afterprint", () => closed.forEach((group) => { group.open = false; }));
