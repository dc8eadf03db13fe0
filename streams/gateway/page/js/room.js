/** The fitting room: from a photo and a piece to a picture. The modules beside it do one thing each. */

import * as api from "./api.js";
import { Camera } from "./camera.js";
import { $, fill, h, icon, say, uuid } from "./dom.js";
import { follow } from "./follow.js";
import * as memory from "./memory.js";
import * as outcome from "./outcome.js";
import { offerPeople } from "./people.js";
import { Unusable, droppable, pictureIn, prepare } from "./photo.js";
import { Progress } from "./progress.js";
import { Wardrobe } from "./wardrobe.js";
import { list, locale, offerLanguages, t } from "./words.js";

// Without a Retry-After: the gateway restarts within a few seconds.
const RETRY_S = 4;
// A service that has been away for this many tries in a row is not coming back while somebody watches a bar.
const MOST_TRIES = 12;
// After "Stop" a running step is finished first; whoever stopped need not wait for it.
const CANCEL_PATIENCE_MS = 2500;

const state = {
  photo: null, // {file, url, width, height}
  checked: null, // {abort, category}: the photo checks that run or have run
  tryon: null, // {id, names}
  attempt: null, // {key, abort}
  ended: null, // the try-on whose outcome is shown
};

const room = $("#room");
const wardrobe = new Wardrobe(changed, problem);
const camera = new Camera(takePhoto, () => ({ agreed: $("#agreed").checked, category: wardrobe.category }));
const progress = new Progress();

// Photo

async function takePhoto(file) {
  try {
    usePhoto(await prepare(file));
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    problem(error.message);
  }
}

/** Another photo: pieces and consent stay as they are. */
function usePhoto(photo) {
  calmDown();
  state.ended = null;
  if (state.photo) URL.revokeObjectURL(state.photo.url);
  state.photo = photo;
  $("#photo").src = photo.url;
  show("choose");
  say(t("photo.chosen"));
  changed();
  checkPhoto();
}

/** Says at once what is good or not about the photo: only after consent, and only where the service offers it. */
async function checkPhoto() {
  state.checked?.abort.abort();
  state.checked = null;
  const box = $("#photo-checks");
  box.hidden = !state.photo;
  if (!state.photo) return;
  if (!$("#agreed").checked) {
    fill(box, h("p.fine", {}, icon("check"), t("photo.waiting")));
    return;
  }
  const category = wardrobe.category;
  const abort = new AbortController();
  state.checked = { abort, category };
  fill(box, h("p.busy", {}, t("photo.looking")));
  const report = await api.check(state.photo.file, { category, locale: locale(), signal: abort.signal }).catch(() => null);
  if (abort.signal.aborted) return;
  box.hidden = report === null;
  if (report) fill(box, outcome.checked(report, { retake: () => camera.open(), rechoose: () => $("#photo-file").click() }));
}

// What is still missing

function missing() {
  if (!state.photo) return [t("missing.photo"), $('[data-do="choose-photo"]')];
  if (!wardrobe.outfit.length) return [t("missing.piece"), $(".tile")];
  if (wardrobe.undecided) return [t("missing.category"), $("#own-category input")];
  if (!$("#agreed").checked) return [t("missing.consent"), $("#agreed")];
  return null;
}

function changed() {
  const gap = missing();
  $("#missing").textContent = gap ? gap[0] : list(wardrobe.outfit.map((piece) => piece.name));
  $("#guidance").hidden = state.photo !== null;
  room.dataset.photo = state.photo ? "yes" : "no";
  // What a photo must show depends on the piece.
  if (state.checked && state.checked.category !== wardrobe.category) checkPhoto();
}

// Trying on

async function tryOn() {
  const gap = missing();
  if (gap) {
    gap[1].focus();
    gap[1].scrollIntoView({ block: "center" });
    say(gap[0]);
    return;
  }
  await attempt(wardrobe.outfit.map((piece) => piece.name), async (signal, key) => {
    const outfit = await wardrobe.files();
    const asked = { photo: state.photo.file, outfit, training: $("#training").checked, locale: locale(), key };
    return (await patiently(() => api.start(asked, signal), signal)).id;
  });
}

/** Shows the progress of a try-on that `begin` starts or finds again, and then how it ended. */
async function attempt(names, begin) {
  const abort = new AbortController();
  state.attempt = { key: uuid(), abort };
  calmDown();
  progress.reset();
  show("working");
  try {
    const id = await begin(abort.signal, state.attempt.key);
    state.tryon = { id, names };
    memory.rememberCurrent(state.tryon);
    progress.accepted();
    end(await follow(id, (step) => progress.at(step), abort.signal));
  } catch (error) {
    if (abort.signal.aborted) return;
    memory.rememberCurrent(null);
    show("choose");
    problem(error.message);
  }
}

/** Asks again, with the same key, while there are too many people or the service is away for a moment. */
async function patiently(request, signal) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await request();
    } catch (error) {
      if (!error.passing || tries === MOST_TRIES) throw error;
      await countdown(error, signal);
    }
  }
}

async function countdown(error, signal) {
  for (let left = Math.ceil(error.retryAfter ?? RETRY_S); left > 0; left -= 1) {
    progress.words(t(error.status === 429 ? "working.busy" : "working.away", { seconds: left }));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    signal.throwIfAborted();
  }
}

function end(view) {
  if (view.status === "cancelled") return stopped();
  progress.finish();
  state.ended = view;
  if (view.status === "completed") memory.rememberNames(view.id, state.tryon.names);
  else memory.rememberCurrent(null);
  conclude(view);
  show(view.status);
  outcome.attend();
  return undefined;
}

/** Tells how it ended, in the language of the moment. */
function conclude(view) {
  outcome[view.status](view, {
    stage: $("#stage-result"),
    panel: $("#outcome"),
    before: state.photo?.url ?? view.photo,
    names: state.tryon.names,
    actions: { anotherPiece, newPhoto, again, camera: () => camera.open() },
  });
}

function stopped() {
  memory.rememberCurrent(null);
  state.attempt?.abort.abort();
  show("choose");
  notice(t("working.kept"));
  say(t("working.stopped"));
}

async function cancel() {
  const button = $("#cancel");
  button.disabled = true;
  progress.words(t("working.stopping"));
  const id = state.tryon?.id;
  if (!id) {
    stopped(); // not accepted yet: the request itself is broken off
    return;
  }
  const patience = setTimeout(stopped, CANCEL_PATIENCE_MS);
  state.attempt.abort.signal.addEventListener("abort", () => clearTimeout(patience));
  // 409 means that it has just ended: its result is on the way.
  await api.cancel(id).catch(() => clearTimeout(patience));
}

// Where one goes from an outcome

function anotherPiece() {
  leave();
  wardrobe.clear();
  $("#wardrobe-title").scrollIntoView({ block: "start" });
  $(".tile")?.focus({ preventScroll: true });
}

function newPhoto() {
  leave();
  $("#photo-file").click();
}

function again() {
  leave();
  $("#go").focus();
  tryOn();
}

function leave() {
  memory.rememberCurrent(null);
  state.tryon = null;
  state.ended = null;
  show("choose");
}

// What is to be seen

function show(phase) {
  room.dataset.phase = phase;
  const photo = state.photo !== null;
  $("#stage-empty").hidden = photo || phase !== "choose";
  $("#stage-photo").hidden = !photo || phase === "completed";
  $("#stage-tools").hidden = !photo || phase !== "choose";
  $("#stage-result").hidden = phase !== "completed";
  $("#choose").hidden = phase !== "choose";
  $("#working").hidden = phase !== "working";
  $("#outcome").hidden = ["choose", "working"].includes(phase);
  $("#cancel").disabled = false;
  if (phase === "working") $("#working-title").focus({ preventScroll: true });
  if (phase !== "choose") window.scrollTo({ top: 0, behavior: "instant" });
}

function notice(text, calm = true) {
  const box = $("#notice");
  box.classList.toggle("calm", calm);
  box.textContent = text;
  box.hidden = false;
}

function problem(text) {
  notice(text, false);
  $("#notice").scrollIntoView({ block: "nearest" });
}

function calmDown() {
  $("#notice").hidden = true;
}

// Beginning

/** The photo of an earlier try-on, so that it need not be chosen again. */
async function recallPhoto(id) {
  const blob = await api.blob(`/v1/tryons/${id}/photo`);
  state.photo = await prepare(new File([blob], "photo", { type: blob.type }));
  $("#photo").src = state.photo.url;
  changed();
}

async function resume() {
  const wanted = new URLSearchParams(location.search).get("photo");
  const current = memory.current();
  if (wanted) {
    history.replaceState(null, "", "/");
    memory.rememberCurrent(null);
    await recallPhoto(wanted).catch(() => problem(t("photo.gone")));
    show("choose");
    checkPhoto();
  } else if (current) {
    await recallPhoto(current.id).catch(() => {});
    if (state.photo) await attempt(current.names, async () => current.id);
    else memory.rememberCurrent(null);
  }
}

/** Says what is on the screen in another language; nothing that was chosen changes. */
function retell() {
  calmDown();
  wardrobe.show();
  changed();
  checkPhoto();
  if (state.ended) conclude(state.ended);
}

function listen() {
  offerLanguages(retell);
  document.addEventListener("click", (event) => {
    const action = event.target.closest("[data-do]")?.dataset.do;
    if (action === "choose-photo") $("#photo-file").click();
    if (action === "open-camera") camera.open();
  });
  $("#photo-file").addEventListener("change", (event) => {
    if (event.target.files[0]) takePhoto(event.target.files[0]);
    event.target.value = "";
  });
  droppable(document.body, "dragging", (file) => room.dataset.phase === "choose" && takePhoto(file));
  document.addEventListener("paste", (event) => {
    const file = pictureIn(event.clipboardData);
    if (!file || room.dataset.phase !== "choose" || camera.dialog.open) return;
    event.preventDefault();
    if (document.activeElement?.closest("#tiles")) wardrobe.takeOwn(file);
    else takePhoto(file);
  });
  $("#agreed").checked = memory.agreed();
  $("#agreed").addEventListener("change", (event) => {
    memory.rememberAgreed(event.target.checked);
    changed();
    checkPhoto();
  });
  $("#choose").addEventListener("submit", (event) => {
    event.preventDefault();
    tryOn();
  });
  $("#cancel").addEventListener("click", cancel);
}

listen();
show("choose");
changed();
await Promise.all([wardrobe.load(), offerPeople(takePhoto, problem)]);
await resume();
