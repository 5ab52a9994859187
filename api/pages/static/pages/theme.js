// Before the first paint: the theme somebody chose earlier. Without a choice the system decides.
"use strict";
{
  const root = document.documentElement;
  const kept = localStorage.getItem("theme");
  if (kept) root.dataset.theme = kept;
  addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-switch]")) return;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
    dispatchEvent(new Event("theme"));
  });
  // A refusal of a part is shown where the page speaks to people, not swallowed.
  addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status < 400) return;
    event.detail.shouldSwap = xhr.status < 500;
    event.detail.isError = false;
    event.detail.target = document.getElementById("notice");
    event.detail.swapOverride = "innerHTML";
  });
}
