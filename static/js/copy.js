/* A button with data-copy="<id>" puts the text of that element on the clipboard and says so. */
"use strict";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  const said = button.nextElementSibling;
  try {
    await navigator.clipboard.writeText(source.dataset.text ?? source.textContent.trim());
    said.textContent = button.dataset.done;
  } catch {
    said.textContent = button.dataset.failed;
  }
});
