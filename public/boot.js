// Loads the page's program and starts it. The addresses stand at this script's own element, so the page needs no inline script.
const own = document.querySelector("script[data-wasm]");
try {
  const program = await import(own.dataset.js);
  await program.default({ module_or_path: own.dataset.wasm });
  program.hydrate();
} catch (problem) {
  console.error(problem);
  document.getElementById("script-failed")?.removeAttribute("hidden");
}
