// Tells the server the reader's zone, then loads the page's program and starts it.

// The server writes times in the reader's zone, which it learns here. What it has drawn before it knew is drawn anew.
const zone = `zone=${Intl.DateTimeFormat().resolvedOptions().timeZone}`;
document.documentElement.toggleAttribute("data-zone-new", !document.cookie.split("; ").includes(zone));
document.cookie = `${zone}; Path=/; Max-Age=31536000; SameSite=Lax`;

// What comes over the live channel is to be in the page's language.
document.cookie = `page-lang=${document.documentElement.lang}; Path=/; SameSite=Lax`;

// The addresses stand at this script's own element, so the page needs no inline script.
const own = document.querySelector("script[data-wasm]");
try {
  const program = await import(own.dataset.js);
  await program.default({ module_or_path: own.dataset.wasm });
  program.hydrate();
} catch (problem) {
  console.error(problem);
  document.getElementById("script-failed")?.removeAttribute("hidden");
}
