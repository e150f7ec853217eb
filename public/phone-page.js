// Where no program of ours runs, as on the page of diagnostics: how the own phone is comes by itself.
const bar = document.getElementById("phone");
new EventSource("/phone/now").addEventListener("message", ({ data }) => (bar.dataset.html = JSON.parse(data)));
