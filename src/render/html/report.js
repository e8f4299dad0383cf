"use strict";
// The page can be read without this: it adds searching and sorting.
for (const table of document.querySelectorAll("table.letters")) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const search = table.closest("section").querySelector(".search");
  const [input, output] = [search.querySelector("input"), search.querySelector("output")];
  const filter = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, index) => {
      const fits = words.every((word) => texts[index].includes(word));
      if (row.hidden === fits) row.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    output.textContent = output.dataset.text.replace("#", shown).replace("@", rows.length);
  };
  input.addEventListener("input", filter);
  search.hidden = false;
  filter();

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
// On paper nothing can be opened.
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((group) => { group.open = true; }));
