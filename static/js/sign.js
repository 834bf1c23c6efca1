// The signature pad: what is drawn goes into the hidden field as a PNG when the form is sent.
for (const canvas of document.querySelectorAll("canvas.pad")) {
  const form = canvas.closest("form");
  const field = form.querySelector(`[name="${canvas.dataset.field}"]`);
  const pad = new SignaturePad(canvas, { minWidth: 1.2, maxWidth: 3.2, penColor: "#14213d" });
  const fit = () => {
    const ratio = Math.max(window.devicePixelRatio || 1, 1);
    const drawn = pad.toData();
    canvas.width = canvas.offsetWidth * ratio;
    canvas.height = canvas.offsetHeight * ratio;
    canvas.getContext("2d").scale(ratio, ratio);
    pad.clear();
    pad.fromData(drawn);
  };
  fit();
  if (field.value) pad.fromDataURL(field.value); // what was drawn before something else was refused
  pad.addEventListener("beginStroke", () => (form.querySelector("[data-empty]").hidden = true));
  window.addEventListener("resize", fit);
  form.querySelector("[data-clear]")?.addEventListener("click", () => {
    pad.clear();
    field.value = "";
  });
  form.addEventListener("submit", (event) => {
    if (!pad.isEmpty()) field.value = pad.toDataURL("image/png");
    const excused = form.querySelector("input[name=unable]:checked")?.value; // nobody can sign, and it is said why
    const unticked = form.querySelector("input[type=checkbox]:required:not(:checked)"); // the server names all that is missing
    if (!field.value && !unticked && !excused) {
      event.preventDefault();
      form.querySelector("[data-empty]").hidden = false;
      canvas.scrollIntoView({ block: "center" });
    }
  });
}
