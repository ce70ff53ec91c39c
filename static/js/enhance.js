/* Small comforts for browsers with JavaScript. Every page works without them. */
"use strict";

document.documentElement.classList.add("js");

// The first thing said on a page of wrong answers is what is wrong.
document.querySelector(".cp-errors")?.focus();

// A folded menu closes by Escape and gives the focus back to its button.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest("details.cp-menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// The account menu covers the page, so a press beside it closes it.
document.addEventListener("click", (event) => {
  const menu = document.querySelector("details.cp-menu[open]");
  if (menu && !menu.contains(event.target)) menu.open = false;
});
