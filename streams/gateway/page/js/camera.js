/** Taking a photo with the device's camera: a mirrored preview, live hints, a countdown, and a look at it. */

import { $, say } from "./dom.js";
import { LiveHints, Politely } from "./hints.js";
import * as memory from "./memory.js";
import { t } from "./words.js";

/** What to say, by the name of the browser's error. */
const PROBLEMS = { NotAllowedError: "camera.blocked", NotFoundError: "camera.none", NotReadableError: "camera.taken-by-other" };
// Portrait and large: a whole figure in 1080p has about 900 pixels, the preview's default of 640 x 480 has 400.
const WANTED = { width: { ideal: 1440 }, height: { ideal: 1920 } };
const QUALITY = 0.94;

export class Camera {
  /**
   * @param {(file: File) => void} onPhoto called with the photo the shopper keeps
   * @param {() => {agreed: boolean, category: string}} asked whether photos may be looked at, and what is to be tried on
   */
  constructor(onPhoto, asked) {
    this.onPhoto = onPhoto;
    this.asked = asked;
    this.dialog = $("#camera");
    this.video = $("#camera-video");
    this.shot = $("#camera-shot");
    this.facing = "user";
    this.stream = null;
    this.taken = null;
    this.counting = 0;
    $("#camera-close").addEventListener("click", () => this.dialog.close());
    $("#camera-shoot").addEventListener("click", () => this.countdown());
    $("#camera-again").addEventListener("click", () => this.live());
    $("#camera-use").addEventListener("click", () => this.use());
    $("#camera-flip").addEventListener("click", () => this.flip());
    this.hints = new LiveHints(this.video, (hint) => this.tell(hint));
    this.voice = new Politely(say);
    this.wanted = $("#camera-hints");
    this.wanted.addEventListener("change", () => {
      memory.rememberHints(this.wanted.checked);
      this.advise();
    });
    this.dialog.addEventListener("close", () => this.stop());
    addEventListener("pagehide", () => this.stop());
  }

  async open() {
    if (!this.dialog.open) this.dialog.showModal();
    // Pictures of the camera leave this device only with consent: the one given for the photo, or this one.
    this.wanted.checked = memory.hints() ?? this.asked().agreed;
    this.live();
    await this.begin();
  }

  async begin() {
    this.stop();
    this.problem("");
    if (!navigator.mediaDevices?.getUserMedia) return this.problem(t("camera.insecure"));
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { ...WANTED, facingMode: this.facing } });
    } catch (error) {
      return this.problem(t(PROBLEMS[error.name] ?? "camera.failed"));
    }
    // It may have been closed while the browser asked for permission.
    if (!this.dialog.open) return stream.getTracks().forEach((track) => track.stop());
    this.stream = stream;
    this.video.srcObject = stream;
    this.video.classList.toggle("mirrored", this.facing === "user");
    await this.video.play().catch(() => {});
    const cameras = (await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === "videoinput");
    $("#camera-flip").hidden = cameras.length < 2;
    $("#camera-shoot").focus();
    this.advise();
    return undefined;
  }

  /** Hints while there is a preview and they are wanted. */
  advise() {
    const live = this.stream && !this.taken && this.wanted.checked;
    if (live) this.hints.start(this.asked().category);
    else this.hints.stop();
  }

  /** Shows a hint and says it; null: there is none. */
  tell(hint) {
    this.dialog.dataset.hint = hint ? (hint.code === "ready" ? "ready" : "todo") : "none";
    $("#camera-hint").hidden = !hint;
    $("#camera-hint span").textContent = hint?.text ?? "";
    $("#camera-hint").dataset.code = hint?.code ?? "";
    if (hint) this.voice.offer(hint.text);
    else this.voice.stop();
  }

  problem(text) {
    $("#camera-problem").textContent = text;
    $("#camera-problem").hidden = !text;
    $("#camera-shoot").disabled = Boolean(text);
  }

  /** Back to the preview. */
  live() {
    this.forget();
    this.shot.hidden = true;
    $("#camera-live").hidden = false;
    $("#camera-taken").hidden = true;
    if (this.stream) $("#camera-shoot").focus();
    this.advise();
  }

  flip() {
    this.facing = this.facing === "user" ? "environment" : "user";
    return this.begin();
  }

  countdown() {
    if (this.counting) return this.stopCounting();
    let left = Number($('input[name="timer"]:checked', this.dialog).value);
    if (left === 0) return this.shoot();
    const tick = () => {
      if (left === 0) {
        this.stopCounting();
        this.shoot();
        return;
      }
      $("#camera-count").textContent = String(left);
      if (left % 5 === 0 || left <= 3) say(String(left));
      left -= 1;
    };
    this.counting = setInterval(tick, 1000);
    tick();
    return undefined;
  }

  stopCounting() {
    clearInterval(this.counting);
    this.counting = 0;
    $("#camera-count").textContent = "";
  }

  async shoot() {
    const { videoWidth: width, videoHeight: height } = this.video;
    if (!this.stream || !width) return;
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    // As others see you, not mirrored: print on clothes must read the right way.
    canvas.getContext("2d").drawImage(this.video, 0, 0);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
    this.taken = new File([blob], "camera.jpg", { type: "image/jpeg" });
    this.advise();
    this.shot.src = URL.createObjectURL(blob);
    this.shot.hidden = false;
    $("#camera-live").hidden = true;
    $("#camera-taken").hidden = false;
    $("#camera-use").focus();
    say(t("camera.taken"));
  }

  use() {
    const file = this.taken;
    this.dialog.close();
    if (file) this.onPhoto(file);
  }

  forget() {
    if (this.shot.src) URL.revokeObjectURL(this.shot.src);
    this.shot.removeAttribute("src");
    this.taken = null;
  }

  stop() {
    this.stopCounting();
    this.hints.stop();
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.video.srcObject = null;
    if (!this.dialog.open) this.forget();
  }
}
