// Passkeys (WebAuthn), in three places; each page says how to go on where this does not run.
// 1. `<form data-passkey="create|get" data-options="/…" data-failed="…">` with hidden `challenge_id` and `credential`
//    and a `<button type="button">`: pressing it asks the browser for a key and sends the form with the answer.
// 2. The log-in page: where it links to the page for passkeys, the browser offers one in the number's field.
"use strict";

const bytes = (text) => Uint8Array.from(
  atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const withBytes = (descriptor) => ({ ...descriptor, id: bytes(descriptor.id) });

function readOptions(options) {
  return {
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user && { user: withBytes(options.user) }),
    ...(options.excludeCredentials && { excludeCredentials: options.excludeCredentials.map(withBytes) }),
    ...(options.allowCredentials && { allowCredentials: options.allowCredentials.map(withBytes) }),
  };
}

function writeCredential(credential) {
  const { response } = credential;
  const sent = { clientDataJSON: text(response.clientDataJSON) };
  if (response.attestationObject) {
    sent.attestationObject = text(response.attestationObject);
    sent.transports = response.getTransports?.() ?? [];
  } else {
    sent.authenticatorData = text(response.authenticatorData);
    sent.signature = text(response.signature);
    sent.userHandle = response.userHandle ? text(response.userHandle) : null;
  }
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    response: sent,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
}

async function askServer(address, token) {
  const answer = await fetch(address, { method: "POST", headers: { "X-CSRFToken": token } });
  if (!answer.ok) {
    throw new Error(`no challenge: ${answer.status}`);
  }
  return answer.json();
}

async function run(kind, address, token, extra) {
  const asked = await askServer(address, token);
  const publicKey = readOptions(asked.publicKey);
  const credential = await navigator.credentials[kind]({ publicKey, ...extra });
  return { challenge_id: asked.challenge_id, credential: writeCredential(credential) };
}

const tokenOf = (form) => form.querySelector("input[name=csrfmiddlewaretoken]").value;

function problemOf(form) {
  const problem = document.createElement("p");
  problem.className = "alert warning";
  problem.setAttribute("role", "alert");
  problem.textContent = form.dataset.failed;
  return problem;
}

function onButton(form) {
  const button = form.querySelector("button[type=button]");
  const problem = problemOf(form);
  button.addEventListener("click", async () => {
    button.disabled = true;
    problem.remove();
    try {
      const answer = await run(form.dataset.passkey, form.dataset.options, tokenOf(form));
      Object.entries(answer).forEach(([name, value]) => { form.elements[name].value = value; });
      form.submit();
    } catch (error) {
      console.info("passkey:", error.name);
      form.prepend(problem);
      button.disabled = false;
    }
  });
}

async function inTheField(link, input) {
  if (!await PublicKeyCredential.isConditionalMediationAvailable?.()) {
    return;
  }
  input.setAttribute("autocomplete", `${input.getAttribute("autocomplete")} webauthn`);
  const address = new URL(link.href);
  const waiting = new AbortController();
  input.form.addEventListener("submit", () => waiting.abort());
  try {
    const extra = { mediation: "conditional", signal: waiting.signal };
    const answer = await run("get", `${address.pathname}options/`, tokenOf(input.form), extra);
    sendTo(address, { ...answer, csrfmiddlewaretoken: tokenOf(input.form) });
  } catch (error) {
    console.info("passkey:", error.name);
  }
}

function sendTo(address, fields) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = address;
  form.hidden = true;
  Object.entries(fields).forEach(([name, value]) => {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name, value });
    form.append(input);
  });
  document.body.append(form);
  form.submit();
}

if ("PublicKeyCredential" in window) {
  document.querySelectorAll("form[data-passkey]").forEach(onButton);
  const link = document.querySelector("a[data-way='mfa:passkey-login']");
  const input = document.querySelector("input[autocomplete=username]");
  if (link && input) {
    inTheField(link, input);
  }
} else {
  document.querySelectorAll("form[data-passkey]").forEach((form) => form.replaceChildren(problemOf(form)));
}
