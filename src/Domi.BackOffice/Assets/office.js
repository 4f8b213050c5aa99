// Small comforts; every page works without them.

// "/" goes to the search box.
document.addEventListener("keydown", event => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  event.preventDefault();
  document.getElementById("q")?.focus();
});

// Menus close with Escape and when one goes elsewhere.
document.addEventListener("keydown", event => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("click", event => {
  for (const menu of document.querySelectorAll("details.menu[open]"))
    if (!menu.contains(event.target)) menu.open = false;
});

// A toast can be closed.
for (const close of document.querySelectorAll("[data-close]"))
  close.addEventListener("click", () => close.parentElement.remove());

// Copies a text: <button data-copy="…" data-copied="Copied">.
for (const button of document.querySelectorAll("[data-copy]"))
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const word = button.querySelector("span") ?? button;
    const before = word.textContent;
    word.textContent = button.dataset.copied ?? before;
    setTimeout(() => { word.textContent = before; }, 2000);
  });

// Files can be dropped on a form that takes them: <form data-drop>.
for (const form of document.querySelectorAll("[data-drop]"))
  for (const what of ["dragover", "dragleave", "drop"])
    form.addEventListener(what, event => {
      event.preventDefault();
      form.classList.toggle("over", what === "dragover");
      if (what === "drop") form.querySelector("input[type=file]").files = event.dataTransfer.files;
    });

// Lists with boxes: "all of this page", and a bar that appears with a selection. <form data-select>, <input data-all>, [data-bulk], [data-count].
for (const list of document.querySelectorAll("[data-select]")) {
  const all = list.querySelector("[data-all]");
  const boxes = [...list.querySelectorAll("tbody input[type=checkbox]")];
  const show = () => {
    const chosen = boxes.filter(box => box.checked);
    for (const box of boxes) box.closest("tr").setAttribute("aria-selected", box.checked);
    for (const bar of list.querySelectorAll("[data-bulk]")) bar.hidden = chosen.length === 0;
    for (const count of list.querySelectorAll("[data-count]")) count.textContent = chosen.length;
    if (all) {
      all.checked = chosen.length > 0 && chosen.length === boxes.length;
      all.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
    }
  };
  all?.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    show();
  });
  list.addEventListener("change", show);
  window.addEventListener("pageshow", show);
  show();
}

// A form is sent once: the second press of an impatient hand is dropped.
document.addEventListener("submit", event => {
  if (event.target.method !== "post" || event.target.target) return;
  if (event.target.dataset.sent) event.preventDefault();
  else {
    event.target.dataset.sent = "1";
    setTimeout(() => delete event.target.dataset.sent, 4000);
  }
});
