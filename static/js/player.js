/* The checking room's player. What it fetches is booked by the server, so it fetches late and little. */
"use strict";

(() => {
  const player = document.querySelector("[data-playlist]");
  if (!player) return;
  const video = player.querySelector("video");
  const status = document.querySelector("[data-status]");
  const begin = player.querySelector("[data-begin]");
  const strip = document.querySelector("[data-strip]");
  const now = document.querySelector("[data-now]");
  const { playlist } = player.dataset;
  const [origin, start, end] = ["origin", "start", "end"].map((name) => Number(player.dataset[name]));
  const gaps = [...strip.querySelectorAll(".gap")].map((rect) => [Number(rect.dataset.from), Number(rect.dataset.until)]);
  const clock = new Intl.DateTimeFormat("id-ID", {
    timeZone: "Asia/Jakarta", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
  });
  // Times are UNIX seconds; the player's clock begins at `origin`.
  const wall = () => origin + video.currentTime;
  const percent = (moment) => `${Math.min(100, Math.max(0, (moment - start) / (end - start) * 100))}%`;
  const say = (kind) => { status.textContent = status.dataset[kind]; };

  // What was played, as merged stretches, drawn under the strip.
  const seen = [];
  const head = draw("line", { class: "head", y1: 6, y2: 40 });
  let last = null;

  function draw(name, attributes, into = strip) {
    const shape = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
    into.append(shape);
    return shape;
  }

  function follow() {
    const moment = wall();
    head.setAttribute("x1", percent(moment));
    head.setAttribute("x2", percent(moment));
    now.textContent = `Sedang diputar ${clock.format(moment * 1000)} WIB. `;
    if (last !== null && !video.seeking && moment > last && moment - last < 2) mark(last, moment);
    last = video.seeking ? null : moment;
  }

  function mark(from, until) {
    let stretch = seen.find((one) => from >= one.from - .5 && from <= one.until + .5);
    if (!stretch) {
      stretch = { from, until, shape: draw("rect", { class: "seen", y: 34, height: 4 }, strip.querySelector("[data-seen]")) };
      seen.push(stretch);
    }
    stretch.until = Math.max(stretch.until, until);
    stretch.shape.setAttribute("x", percent(stretch.from));
    stretch.shape.setAttribute("width", `${(stretch.until - stretch.from) / (end - start) * 100}%`);
  }

  // Where nothing was recorded the film goes on behind the gap.
  function outOfGap(moment) {
    const gap = gaps.find(([from, until]) => moment >= from - .3 && moment < until - .05);
    return gap && gap[1] < end - .5 ? gap[1] + .05 : moment;
  }

  function go(moment) {
    const target = Math.max(0, outOfGap(moment) - origin);
    load(target);
    if (video.readyState) video.currentTime = target;
    else video.addEventListener("loadedmetadata", () => { video.currentTime = target; }, { once: true });
    video.play().catch(() => {});
  }

  let hls = null;
  let loading = false;

  // Nothing is fetched before somebody presses play: what leaves the server counts as looked at.
  function load(at) {
    begin.hidden = true;
    video.controls = true;
    status.textContent = "";
    if (hls && !hls.media) {
      // Before the playlist is read hls.js forgets where to begin, and waits at a first gap for ever.
      hls.once(window.Hls.Events.MANIFEST_PARSED, () => hls.startLoad(at));
      hls.loadSource(playlist);
      hls.attachMedia(video);
    } else if (!loading && hls) hls.startLoad(at);
    if (!hls && !video.src) video.src = playlist;
    loading = true;
  }

  function failed(_event, data) {
    if (!data.fatal) return;
    const code = data.response ? data.response.code : 0;
    if (code === 404 && data.details === "levelLoadError") say("lost");
    else if (/codec/i.test(data.details)) say("codec");
    else if (code === 404) say("lost");
    else say("broken");
    hls.stopLoad();
    loading = false;
  }

  if (window.Hls && window.Hls.isSupported()) {
    hls = new window.Hls({
      autoStartLoad: false, enableWorker: false, startPosition: 0,
      maxBufferLength: 10, maxMaxBufferLength: 20, backBufferLength: 60, lowLatencyMode: false,
    });
    hls.on(window.Hls.Events.ERROR, failed);
  } else if (!video.canPlayType("application/vnd.apple.mpegurl")) {
    say("codec");
    begin.hidden = true;
  }
  video.controls = false;
  begin.addEventListener("click", () => {
    go(origin);
    video.focus();
  });

  video.addEventListener("play", () => {
    const target = outOfGap(wall());
    load(target - origin);
    if (target - wall() > .1) video.currentTime = target - origin;
  });
  video.addEventListener("seeking", () => {
    const target = outOfGap(wall());
    if (target - wall() > .1) video.currentTime = target - origin;
    else load(video.currentTime);
  });
  video.addEventListener("waiting", () => {
    const target = outOfGap(wall());
    if (target - wall() > .1) video.currentTime = target - origin;
  });
  video.addEventListener("timeupdate", follow);
  video.addEventListener("seeked", follow);
  video.addEventListener("contextmenu", (event) => event.preventDefault());

  for (const link of document.querySelectorAll("[data-seek]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      go(start + Number(link.dataset.seek));
      player.scrollIntoView({ block: "nearest" });
    });
  }
  strip.addEventListener("click", (event) => {
    const box = strip.getBoundingClientRect();
    go(start + (event.clientX - box.left) / box.width * (end - start));
  });

  // The whole player goes wide, not the video alone: the name stays over the picture.
  const wide = document.querySelector("[data-wide]");
  wide.hidden = !document.fullscreenEnabled;
  wide.addEventListener("click", () => player.requestFullscreen());
  document.addEventListener("fullscreenchange", () => {
    if (document.fullscreenElement !== video) return;
    document.exitFullscreen().then(() => player.requestFullscreen()).catch(() => {});
  });
})();
