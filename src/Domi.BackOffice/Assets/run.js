// Keeps the counts of a long action up to date, and draws the page again when it ends.
for (const box of document.querySelectorAll("[data-run]")) {
  const source = new EventSource(box.dataset.run);
  const percent = (part, total) => (total === 0 ? 0 : 100 * part / total) + "%";
  source.addEventListener("message", event => {
    const run = JSON.parse(event.data);
    const counts = { handled: run.done + run.failed, done: run.done, failed: run.failed, left: run.left };
    for (const count of box.querySelectorAll("[data-run-count]")) count.textContent = counts[count.dataset.runCount];
    box.querySelector("[data-run-done]").setAttribute("width", percent(run.done, run.total));
    const failed = box.querySelector("[data-run-failed]");
    failed.setAttribute("x", percent(run.done, run.total));
    failed.setAttribute("width", percent(run.failed, run.total));
    if (!run.isFinished) return;
    source.close();
    location.reload();
  });
}
