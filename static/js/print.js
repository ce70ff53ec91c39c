/* A button with data-print opens the browser's print window. */
"use strict";

document.addEventListener("click", (event) => {
  if (event.target.closest("button[data-print]")) window.print();
});
