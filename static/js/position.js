// The position of the phone goes into the hidden fields of its form, only after a press; without it everything works as well.
for (const button of document.querySelectorAll("button[data-position]")) {
  if (!navigator.geolocation) continue;
  const form = button.form;
  const say = (text) => (button.nextElementSibling.textContent = text);
  button.hidden = false;
  button.addEventListener("click", () => {
    say(button.dataset.waiting);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        for (const name of ["latitude", "longitude", "accuracy"]) form.elements[name].value = coords[name];
        say(button.dataset.done.replace("{m}", Math.round(coords.accuracy)));
      },
      () => say(button.dataset.failed),
      { enableHighAccuracy: true, timeout: 15000 },
    );
  });
}
