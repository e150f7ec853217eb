// The phone bar: draws what the server says of the own phone, which the page's program leaves in `data-html`, and sends what is asked there.

const bar = document.getElementById("phone");
const [field, targets, now, said] = ["number", "targets", "now", "said"].map((part) => document.getElementById(`phone-${part}`));
const isField = (element) => !!element?.closest("input:not([type=checkbox]), select, textarea");
// What stands where a button was that was pressed.
const successors = {
  holdCall: "retrieveCall",
  retrieveCall: "holdCall",
  "recording Start": "recording Stop",
  "recording Stop": "recording Start",
  "setAgentMode Ready": "setAgentMode NotReady",
  "setAgentMode NotReady": "setAgentMode Ready",
};
const callOf = (element) => element.closest("[data-phone-call]")?.dataset.phoneCall ?? "";
const changed = (field) => (field.options ? !field.selectedOptions[0]?.defaultSelected : field.value !== field.defaultValue);
let drawn = "";
// What has been asked and not answered: a second click asks nothing.
const asked = new Set();

// Shows how the phone is now. What was typed stays, what was open stays open, and the focus where it was: at the same thing of the same call,
// or at the bar.
function draw() {
  // Without the console nothing can be asked.
  now.disabled = document.body.dataset.link === "down";
  const html = bar.dataset.html ?? "";
  if (html === drawn) return;
  drawn = html;
  const focused = now.contains(document.activeElement) ? document.activeElement : null;
  const call = focused && callOf(focused);
  const open = [...now.querySelectorAll("details[open]")].map((details) => [details.className, callOf(details)]);
  const typed = [...now.querySelectorAll("input, select")].filter(changed).map((field) => [field.name, callOf(field), field.value]);
  const cursor = focused?.tagName === "INPUT" ? [focused.selectionStart, focused.selectionEnd] : null;
  now.innerHTML = html;
  const find = (selector, call) => [...now.querySelectorAll(selector)].find((element) => callOf(element) === call);
  for (const [kind, call] of open) find(`details.${kind}`, call)?.setAttribute("open", "");
  for (const [name, call, value] of typed) {
    const field = find(`[name="${name}"]`, call);
    if (field) field.value = value;
  }
  if (!focused) return;
  const { phone } = focused.dataset;
  const again =
    (focused.value && phone && find(`[value="${CSS.escape(focused.value)}"]:enabled`, call)) ||
    (phone && find(`[data-phone="${successors[phone] ?? ""}"]:enabled`, call)) ||
    (isField(focused) && find(`[name="${focused.name}"]`, call)) ||
    (focused.tagName === "SUMMARY" && find(`.${focused.parentElement.className} > summary`, call)) ||
    bar;
  again.focus();
  if (cursor && isField(again)) again.setSelectionRange?.(...cursor);
}

// Puts a number in its field, with the focus on the button that calls it: that is the one question.
function put(number) {
  field.value = number;
  (now.querySelector("[data-phone=makeCall]:enabled") ?? field).focus();
}

// What opens something has the focus go into it: the next key is meant for that.
function press(button) {
  if (isField(button)) return button.focus();
  button.click();
  const opened = button.tagName === "SUMMARY" && button.parentElement;
  if (opened?.open) opened.querySelector("input, select").focus();
}

async function send(form, button) {
  if (!button || asked.has(button.value)) return;
  asked.add(button.value);
  said.textContent = "";
  const typed = field.value;
  try {
    const body = new URLSearchParams(new FormData(form, button));
    const answer = await fetch("/phone", { method: "POST", body });
    if (answer.status === 401) return location.reload();
    said.innerHTML = await answer.text();
    // That was all, and nothing is asked.
    if (!answer.ok && body.get("loginMode") === "stop") {
      const login = now.querySelector(".phone-login");
      login?.removeAttribute("open");
      login?.querySelector("form").reset();
    }
    // What was typed since stays.
    if (answer.ok && !button.formNoValidate && field.value === typed) {
      form.reset();
      document.activeElement.blur();
    }
  } catch {
    said.innerHTML = bar.querySelector("template").innerHTML;
  } finally {
    asked.delete(button.value);
  }
}

// Others set what travels with a call too, and no event tells of it. The server has the bar drawn anew where it is another.
function readData() {
  for (const details of now.querySelectorAll(".phone-data[open]")) {
    fetch(`/api/phone/data?callId=${encodeURIComponent(callOf(details))}`).catch(() => null);
  }
}

async function lookUp() {
  const typed = field.value;
  const answer = await fetch(`/phone/targets?q=${encodeURIComponent(typed)}`).catch(() => null);
  if (!answer?.ok) return;
  const found = await answer.text();
  // What the arrows have come to stays.
  if (field.value === typed && !targets.contains(document.activeElement)) targets.innerHTML = found;
}

const changes = new MutationObserver(draw);
changes.observe(bar, { attributeFilter: ["data-html"] });
changes.observe(document.body, { attributeFilter: ["data-link"] });
now.addEventListener("click", (event) => event.target.closest(".phone-data > summary") && setTimeout(readData));
setInterval(readData, 5000);
bar.addEventListener("submit", (event) => {
  event.preventDefault();
  send(event.target, event.submitter);
});
for (const typed of ["focus", "input"]) field.addEventListener(typed, lookUp);
// Who is ready changes while somebody looks for them.
setInterval(() => document.activeElement === field && lookUp(), 2000);
targets.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-number]");
  if (chosen) put(chosen.dataset.number);
});
// The arrows go from the field through those who are found, and around.
function walk(event, by) {
  const places = [field, ...targets.querySelectorAll("button")];
  const place = places.indexOf(document.activeElement);
  if (place < 0) return;
  places.at((place + by) % places.length).focus();
  event.preventDefault();
}

bar.addEventListener("keydown", (event) => {
  // A key that is held down is pressed once: what stands at its place by then is something else.
  if (event.repeat && (event.key === "Enter" || (event.key === " " && !isField(event.target)))) event.preventDefault();
  if (event.key === "Escape") document.activeElement.blur();
  if (event.key === "ArrowDown") walk(event, 1);
  if (event.key === "ArrowUp") walk(event, -1);
  // The keys of the rows are not meant here.
  event.stopPropagation();
});
// `p` goes to the field, `c` puts the number of the row with the focus there; Alt and a letter press the button that shows it, with Shift that
// of the second call. Where Alt writes something else, the key's place counts.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
    const letter = /^[a-z]$/i.test(event.key) ? event.key : event.code.slice(3);
    const key = event.shiftKey ? letter.toUpperCase() : letter.toLowerCase();
    const button = event.altKey && now.querySelector(`[data-key="${key}"]:not(:disabled)`);
    if (button) event.repeat || press(button);
    else if (event.altKey || isField(event.target)) return;
    else if (event.key === "p") field.focus();
    else if (event.key !== "c" || !call(event.target.closest("[role=row]")?.querySelector(".well-canBeCalled"))) return;
    event.preventDefault();
  },
  true,
);
// Puts the number of an element in the field. Of a masked one nobody knows the rest.
function call(callable) {
  const number = callable?.textContent ?? "";
  const digits = number.replace(/\D/g, "");
  if (!digits || number.includes("*") || !field.checkVisibility()) return false;
  put(digits);
  return true;
}

// A number anywhere on the page (the SDK's class of elements that can be called), before the row in which it stands opens.
document.addEventListener(
  "click",
  (event) => {
    const callable = event.target.closest?.(".well-canBeCalled");
    // In a narrow window a row is a card to be tapped, which opens the agent.
    if (callable?.closest("[data-agent]") && matchMedia("(max-width: 699.98px)").matches) return;
    if (!call(callable)) return;
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);
draw();
