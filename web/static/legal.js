/* What scripts add to the legal staff's pages, which work without them: choosing a page of loans, dragging exhibits. */
"use strict";

function countPicks(form) {
  const boxes = [...form.querySelectorAll('input[name="loan_no"]')];
  const all = form.querySelector("[data-pick-all]");
  const told = form.querySelector("[data-picked]");
  all.hidden = false;
  const tell = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    told.textContent = chosen ? told.dataset.one.replace("#", chosen) : "";
    all.checked = chosen === boxes.length && chosen > 0;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  };
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    tell();
  });
  for (const box of boxes) box.addEventListener("change", tell);
  tell();
}

function sortByDragging(list) {
  const save = list.form ? null : list.closest("form").querySelector("[data-sort-save]");
  let held = null;
  const number = () => {
    let at = 0;
    for (const one of list.querySelectorAll(".ex-n")) one.textContent = String((at += 1));
  };
  for (const item of list.children) {
    item.addEventListener("dragstart", (event) => {
      held = item;
      item.classList.add("held");
      event.dataTransfer.effectAllowed = "move";
    });
    item.addEventListener("dragend", () => {
      item.classList.remove("held");
      held = null;
    });
    item.addEventListener("dragover", (event) => {
      if (!held || held === item) return;
      event.preventDefault();
      const box = item.getBoundingClientRect();
      const after = event.clientY > box.top + box.height / 2;
      list.insertBefore(held, after ? item.nextSibling : item);
      number();
      save.hidden = false;
    });
    item.addEventListener("drop", (event) => event.preventDefault());
  }
}

for (const form of document.querySelectorAll("form[data-pick]")) countPicks(form);
for (const list of document.querySelectorAll("[data-sort]")) sortByDragging(list);
