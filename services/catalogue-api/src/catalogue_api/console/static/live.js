"use strict";
// Events as they pass: the newest hundred, in rows that stay where they are and are written anew a few times a
// second at most. While somebody reads (has paused or scrolled, or points at a row) nothing moves.
(() => {
  const ID = /^[0-9a-f-]{36}$/i;
  const HELD = ":hover, :focus-within", SUMMARY_MS = 10_000, RETRY_MS = 5_000, LONGEST = 200;
  const at = (id) => document.getElementById(id);
  const box = at("live"), state = at("live-state"), pause = at("live-pause"), newer = at("live-newer");
  const rows = box.querySelector("tbody"), empty = box.querySelector(".empty");
  const { topics, most } = box.dataset, said = JSON.parse(box.dataset.said);
  const slowly = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1000 : 250;
  let last = box.dataset.last, shown = [...rows.rows].map(read), pending = [], waiting = 0, passed = 0, paused = false;

  function read(row) {
    const links = [row.cells[2], row.cells[3]].map((cell) => cell.firstElementChild.getAttribute("href"));
    return { texts: [...row.cells].map((cell) => cell.textContent), links };
  }

  function told(type, { time, topic, partition, offset, event }) {
    const known = event ?? {}; // other programs may have written any JSON there
    const says = said[type].map((field) => known[field]).filter((value) => value != null).join(" · ");
    const model = String(known.model ?? "");
    return {
      texts: [time.slice(0, 19).replace("T", " "), type, model, says.slice(0, LONGEST), topic.replace("catalogue.", ""), `${partition}, ${offset}`],
      links: [model && `/models?${new URLSearchParams({ q: model })}`, ID.test(known.event_id) && `/events/${known.event_id}`],
    };
  }

  function addRow() {
    const row = rows.insertRow();
    for (let column = 0; column < 6; column++) {
      const cell = row.insertCell();
      if (column === 2 || column === 3) cell.append(document.createElement("a"));
    }
    row.cells[0].className = "date";
    row.cells[5].className = "n";
    return row;
  }

  function write(row, { texts, links }) {
    texts.forEach((text, column) => {
      const link = links[column - 2], place = row.cells[column].firstElementChild ?? row.cells[column];
      if (place.textContent !== text) place.textContent = text;
      if (link) place.setAttribute("href", link);
      else place.removeAttribute("href");
    });
  }

  function draw() {
    if (!pending.length) return;
    if (paused || box.scrollTop > 0 || rows.matches(HELD)) {
      newer.textContent = `${waiting} newer: show`;
      newer.hidden = false;
      return;
    }
    shown = [...pending.reverse(), ...shown].slice(0, most);
    pending = [];
    waiting = 0;
    newer.hidden = true;
    if (empty) empty.hidden = true;
    shown.forEach((event, number) => write(rows.rows[number] ?? addRow(), event));
  }

  function take(type, message) {
    last = message.lastEventId;
    pending.push(told(type, JSON.parse(message.data)));
    if (pending.length > most) pending.shift();
    waiting++;
    passed++;
  }

  function follow() {
    const asked = new URLSearchParams(topics);
    if (last) asked.set("last_event_id", last);
    const source = new EventSource(`/v1/stream?${asked}`);
    for (const type of Object.keys(said)) source.addEventListener(type, (message) => take(type, message));
    source.addEventListener("gap", () => { state.textContent = "Live; some were no longer kept"; });
    source.onopen = () => { state.textContent = "Live"; };
    source.onerror = () => {
      state.textContent = "Not connected: trying again";
      if (source.readyState === EventSource.CLOSED) setTimeout(follow, RETRY_MS); // it was refused
    };
  }

  function setPaused(value) {
    paused = value;
    pause.textContent = paused ? "Go on" : "Pause";
    pause.setAttribute("aria-pressed", String(paused));
  }

  pause.hidden = false;
  pause.addEventListener("click", () => setPaused(!paused));
  newer.addEventListener("click", () => {
    setPaused(false);
    box.scrollTop = 0;
    box.focus({ preventScroll: true });
    draw();
  });
  state.textContent = "Connecting";
  setInterval(() => requestAnimationFrame(draw), slowly);
  setInterval(() => {
    at("live-summary").textContent = `${passed === 1 ? "1 event" : `${passed} events`} in the last 10 s`;
    passed = 0;
  }, SUMMARY_MS);
  follow();
})();
