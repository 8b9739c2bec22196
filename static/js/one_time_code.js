// WebOTP: where the browser offers the code from the SMS, put it into the field and send the form.
// Load it on pages with `<input autocomplete="one-time-code">`; elsewhere, and without it, the code is typed.
"use strict";

const field = document.querySelector("input[autocomplete=one-time-code]");

if (field && "OTPCredential" in window) {
  const waiting = new AbortController();
  field.form.addEventListener("submit", () => waiting.abort());
  navigator.credentials
    .get({ otp: { transport: ["sms"] }, signal: waiting.signal })
    .then((received) => {
      field.value = received.code;
      field.form.requestSubmit();
    })
    .catch(() => field.focus());
}
