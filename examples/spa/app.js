// An app without a server of its own: code flow with PKCE, tokens in this tab only, renewed before they run out.
"use strict";

const settings = new URLSearchParams(window.location.search);
const manager = new oidc.UserManager({
  // The issuer may be named in the address, for trying other servers: ?issuer=https://login.example.com
  authority: settings.get("issuer") || window.sessionStorage.getItem("issuer") || "http://localhost:8000",
  client_id: "page-app",
  redirect_uri: window.location.origin + "/",
  post_logout_redirect_uri: window.location.origin + "/",
  scope: "openid profile offline_access",
  // Refresh tokens rotate: each is good once, and a stolen one that is used twice ends the sign-in.
  automaticSilentRenew: true,
  accessTokenExpiringNotificationTimeInSeconds: 60,
  loadUserInfo: true,
  userStore: new oidc.WebStorageStateStore({ store: window.sessionStorage }),
  stateStore: new oidc.WebStorageStateStore({ store: window.sessionStorage }),
});

const element = (id) => document.getElementById(id);
const say = (text) => { element("status").textContent = text; };

function show(user) {
  element("facts").replaceChildren();
  element("sign-in").hidden = Boolean(user);
  element("renew").hidden = element("sign-out").hidden = !user;
  if (!user) {
    say("Nobody is signed in.");
    return;
  }
  say("Signed in as " + (user.profile.name || user.profile.sub) + ".");
  const facts = {
    subject: user.profile.sub,
    "signed in by": (user.profile.amr || []).join(", "),
    "access token until": new Date(user.expires_at * 1000).toLocaleTimeString(),
  };
  for (const [name, value] of Object.entries(facts)) {
    const term = document.createElement("dt");
    const detail = document.createElement("dd");
    term.textContent = name;
    detail.textContent = value;
    element("facts").append(term, detail);
  }
}

// The server has ended it: signed out there, or the access was taken back.
async function ended() {
  await manager.removeUser();
  say("You were signed out. Sign in again.");
}

async function finishSignIn() {
  const answer = new URLSearchParams(window.location.search);
  if (!answer.has("state")) {
    return;
  }
  // RFC 9207 §2.4: an answer of another server must not be taken to ours (mix-up).
  const metadata = await manager.metadataService.getMetadata();
  if (answer.get("iss") !== metadata.issuer) {
    throw new Error("the answer does not come from our server");
  }
  if (answer.has("code") || answer.has("error")) {
    await manager.signinCallback();
  } else {
    await manager.signoutCallback();
  }
}

async function start() {
  if (settings.get("issuer")) {
    window.sessionStorage.setItem("issuer", settings.get("issuer"));
  }
  try {
    await finishSignIn();
  } catch (error) {
    show(null);
    say("Signing in did not work: " + error.message + ". Try again.");
    return;
  } finally {
    // Code and state are used up: they have no business in the history.
    window.history.replaceState({}, "", "/");
  }
  show(await manager.getUser());
}

element("sign-in").addEventListener("click", () => {
  manager.signinRedirect().catch((error) => say("The server cannot be reached: " + error.message));
});
element("renew").addEventListener("click", () => {
  manager.signinSilent().then(show).catch(ended);
});
element("sign-out").addEventListener("click", () => {
  manager.signoutRedirect().catch((error) => say("Signing out did not work: " + error.message));
});
manager.events.addUserLoaded(show);
manager.events.addUserUnloaded(() => show(null));
manager.events.addSilentRenewError(ended);

start();
