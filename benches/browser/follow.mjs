// Watches rows change: when each change was in the document, and when the frame with it was drawn, both in milliseconds since 1970.

/** Runs in the page. */
export function beginToFollow() {
  const seen = (globalThis.followed = []);
  let [changed, asked] = [[], false];
  // What is observed anew is told of in the very frame that draws what has changed by then, between its layout and its painting; a message
  // sent from there comes once that frame is drawn.
  const probe = document.createElement("div");
  Object.assign(probe.style, { position: "fixed", width: "1px", height: "1px", visibility: "hidden" });
  document.body.append(probe);
  const { port1, port2 } = new MessageChannel();
  const drawn = [];
  const shown = new WeakMap();
  port2.onmessage = () => {
    const at = performance.timeOrigin + performance.now();
    for (const change of drawn.shift()) change.drawn = at;
  };
  const frame = new ResizeObserver(() => {
    frame.unobserve(probe);
    asked = false;
    drawn.push(changed);
    changed = [];
    port1.postMessage(null);
  });
  const said = ({ dataset: { agent, state, call } }) => `${agent} ${state} ${call}`;
  for (const row of document.querySelectorAll(".row[data-agent]")) shown.set(row, said(row));
  new MutationObserver((records) => {
    const dom = performance.timeOrigin + performance.now();
    for (const row of new Set(records.map((record) => record.target.closest(".row[data-agent]")))) {
      if (!row) continue;
      // What is written anew as it was is no change.
      if (shown.get(row) === said(row)) continue;
      shown.set(row, said(row));
      const { agent, state, call } = row.dataset;
      const change = { agent, state, call: call || null, dom, drawn: 0 };
      seen.push(change);
      changed.push(change);
    }
    if (changed.length && !asked) {
      asked = true;
      frame.observe(probe);
    }
  }).observe(document.body, { subtree: true, attributeFilter: ["data-state", "data-call", "data-agent"] });
}

/** Runs in the page: what has changed since, as far as it was drawn. */
export const followed = () => globalThis.followed.splice(0).filter((change) => change.drawn);
