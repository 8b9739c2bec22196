// Go on to the app as soon as the other apps' frames have answered. Without this, the page goes on by itself later.
"use strict";

const onward = document.getElementById("onward");
const frames = Array.from(document.querySelectorAll("iframe"));
let waiting = frames.length;

function goOn() {
  waiting -= 1;
  if (waiting <= 0) {
    window.location.replace(onward.href);
  }
}

if (onward) {
  // "load" comes for a frame that failed as well; one that hangs is not waited for.
  frames.forEach((frame) => frame.addEventListener("load", goOn, { once: true }));
}
