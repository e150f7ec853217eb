// Where no program of ours follows the floor, as on the page of diagnostics: how the own phone is comes by itself. A page without a phone has
// nothing to ask.
const bar = document.getElementById("phone");
if (bar) {
  const told = new EventSource("/phone/now");
  told.addEventListener("message", ({ data }) => (bar.dataset.html = JSON.parse(data)));
  told.addEventListener("open", () => (document.body.dataset.link = "live"));
  told.addEventListener("error", () => (document.body.dataset.link = "down"));
}
