// Signs a proposal with a passkey: the challenge is the SHA-256 of the bytes that the page shows.
"use strict";
(function () {
  function toBytes(text) {
    const padded = text.replace(/-/g, "+").replace(/_/g, "/");
    return Uint8Array.from(atob(padded), (sign) => sign.charCodeAt(0));
  }
  function toText(buffer) {
    const signs = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
    return btoa(signs).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }
  const form = document.getElementById("sign-form");
  if (!form) return;
  const options = JSON.parse(document.getElementById("sign-options").textContent);
  form.addEventListener("submit", async function (event) {
    event.preventDefault();
    const problem = document.getElementById("sign-problem");
    problem.textContent = "";
    try {
      const found = await navigator.credentials.get({ publicKey: {
        challenge: toBytes(options.challenge),
        rpId: options.rpId,
        userVerification: "required",
        timeout: 120000,
        allowCredentials: options.credentials.map((id) => ({ type: "public-key", id: toBytes(id) })),
      } });
      document.getElementById("sign-response").value = JSON.stringify({
        id: found.id, rawId: toText(found.rawId), type: found.type,
        response: {
          clientDataJSON: toText(found.response.clientDataJSON),
          authenticatorData: toText(found.response.authenticatorData),
          signature: toText(found.response.signature),
          userHandle: found.response.userHandle ? toText(found.response.userHandle) : null,
        },
      });
      form.submit();
    } catch (reason) {
      problem.textContent = options.problem + " (" + reason.name + ")";
    }
  });
})();
