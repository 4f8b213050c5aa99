// The drawn signature. Without script the page offers the code by e-mail alone, and this file changes nothing.
(() => {
  const way = document.getElementById("draw-way");
  const pad = document.getElementById("pad");
  const drawing = document.getElementById("drawing");
  const form = document.getElementById("sign");
  if (!way || !pad || !pad.getContext) return;

  const choices = [...form.querySelectorAll("input[name=way]")];
  const submit = document.getElementById("submit");
  const empty = document.getElementById("pad-empty");
  const ink = pad.getContext("2d");
  let last = null;
  let drawn = false;

  // Twice the size shown, for a sharp line in the document; small enough for the limit of the server.
  function fit() {
    const box = pad.getBoundingClientRect();
    if (!box.width || drawn) return;
    pad.width = Math.round(box.width * 2);
    pad.height = Math.round(box.height * 2);
    Object.assign(ink, { lineWidth: 4.4, lineCap: "round", lineJoin: "round", strokeStyle: "#1b2a4a", fillStyle: "#1b2a4a" });
  }

  function at(event) {
    const box = pad.getBoundingClientRect();
    return { x: (event.clientX - box.left) * pad.width / box.width, y: (event.clientY - box.top) * pad.height / box.height };
  }

  function chosen() {
    const draws = document.getElementById("w-draw").checked;
    submit.hidden = !draws && submit.dataset.code !== "sent";
    if (draws) fit();
  }

  way.hidden = false;
  choices.forEach((choice) => { choice.hidden = false; choice.addEventListener("change", chosen); });
  chosen();
  addEventListener("resize", fit);

  pad.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    pad.setPointerCapture(event.pointerId);
    last = at(event);
    ink.beginPath();
    ink.arc(last.x, last.y, 2.2, 0, 7);
    ink.fill();
    drawn = true;
    empty.hidden = true;
  });
  pad.addEventListener("pointermove", (event) => {
    if (!last) return;
    const next = at(event);
    const middle = { x: (last.x + next.x) / 2, y: (last.y + next.y) / 2 };
    ink.beginPath();
    ink.moveTo(last.x, last.y);
    ink.quadraticCurveTo(middle.x, middle.y, next.x, next.y);
    ink.stroke();
    last = next;
  });
  ["pointerup", "pointercancel"].forEach((name) => pad.addEventListener(name, () => { last = null; }));

  document.getElementById("pad-clear").addEventListener("click", () => {
    ink.clearRect(0, 0, pad.width, pad.height);
    drawn = false;
  });

  form.addEventListener("submit", (event) => {
    if (event.submitter?.name === "leave" || !document.getElementById("w-draw").checked) return;
    if (!drawn) {
      event.preventDefault();
      empty.hidden = false;
      return;
    }
    drawing.value = pad.toDataURL("image/png");
  });
})();
