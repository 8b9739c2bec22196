// The development inbox looks for new messages by itself while it is on screen. Without this, "Look again" does.
"use strict";

const letters = document.getElementById("letters");

async function lookAgain() {
  if (document.hidden) {
    return;
  }
  try {
    const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("letters");
    if (answer.ok && fresh && fresh.textContent !== letters.textContent) {
      letters.replaceChildren(...fresh.childNodes);
    }
  } catch (error) {
    console.info("inbox: the server is away, trying again", error);
  }
}

window.setInterval(lookAgain, Number(letters.dataset.every) * 1000);
