// Small helps of every page; each page works without them.

// A button with data-confirm asks first.
const dialog = document.getElementById("confirm");
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button?.dataset.confirm || button.dataset.confirmed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const go = () => {
    button.dataset.confirmed = "yes";
    event.target.requestSubmit(button);
    delete button.dataset.confirmed;
  };
  if (!dialog.showModal) return void (window.confirm(button.dataset.confirm) && go());
  document.getElementById("confirm-question").textContent = button.dataset.confirm;
  dialog.returnValue = "";
  dialog.addEventListener("close", () => dialog.returnValue && go(), { once: true });
  dialog.showModal();
}, true);

// A second tap within four seconds does not send a form twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) return void event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 4000);
});

// A click outside, or Escape, closes what is open.
const open = "details.person[open], details.definition[open]";
document.addEventListener("click", (event) => {
  for (const details of document.querySelectorAll(open)) if (!details.contains(event.target)) details.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const details of document.querySelectorAll(open)) {
    details.open = false;
    details.querySelector("summary").focus();
  }
});

// What is wrong with a form is read first.
document.querySelector(".problems")?.focus();

// One tap notes what is meant everywhere: a button with data-check ticks every field of that kind in its form.
for (const button of document.querySelectorAll("button[data-check]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    for (const field of button.form.querySelectorAll(button.dataset.check)) field.checked = true;
  });
}
