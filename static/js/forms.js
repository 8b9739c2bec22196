// Small helps for every form; each page works without them.
// 1. A form is sent once: a second press while the first is under way does nothing.
// 2. A password can be shown: `<div data-reveal data-show="Show" data-hide="Hide"><input type="password"></div>`.
// 3. A button waits: `<button data-seconds="30" data-wait="Send again in {seconds} s">` is disabled for so long.
// 4. Text can be copied: `<button class="needs-script" data-copy="123456" data-copied="Copied">`, also in parts of the
//    page that come later; `needs-script` hides the button where this does not run.
"use strict";

function sendOnce(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
    }
    form.dataset.sent = "1";
  });
  // Coming back with the Back button shows the page as it was left: let it be sent again.
  window.addEventListener("pageshow", () => delete form.dataset.sent);
}

function reveal(box) {
  const input = box.querySelector("input");
  const button = document.createElement("button");
  const say = (shown) => {
    input.type = shown ? "text" : "password";
    button.textContent = shown ? box.dataset.hide : box.dataset.show;
  };
  button.type = "button";
  button.setAttribute("aria-controls", input.id);
  button.addEventListener("click", () => say(input.type === "password"));
  // Hidden again before it is sent, so that the browser offers to keep it and does not list it as plain text.
  input.form?.addEventListener("submit", () => say(false));
  say(false);
  box.append(button);
}

function countDown(button) {
  const text = button.textContent;
  const end = Date.now() + Number(button.dataset.seconds) * 1000;
  const tick = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    button.disabled = left > 0;
    button.textContent = left > 0 ? button.dataset.wait.replace("{seconds}", left) : text;
    if (left > 0) {
      window.setTimeout(tick, 500);
    }
  };
  tick();
}

async function copy(button) {
  const text = button.textContent;
  await navigator.clipboard.writeText(button.dataset.copy);
  button.textContent = button.dataset.copied;
  window.setTimeout(() => { button.textContent = text; }, 2000);
}

document.querySelectorAll("form[method=post]").forEach(sendOnce);
document.querySelectorAll("[data-reveal]").forEach(reveal);
document.querySelectorAll("button[data-seconds]").forEach(countDown);
if (navigator.clipboard) {
  document.documentElement.classList.add("has-script");
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-copy]");
    if (button) {
      copy(button);
    }
  });
}
