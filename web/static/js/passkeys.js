// Passkeys: buttons marked data-passkey ask the browser, and send its answer with the form they stand in.
//   data-passkey="create"  a new one, after data-passkey-options (JSON)
//   data-passkey="get"     an answer to data-passkey-options, or to what data-passkey-from (an address) gives
// Without this file, or in a browser that knows no passkeys, the other ways in stay.

const known = "PublicKeyCredential" in window && navigator.credentials;

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const withBytes = (list = []) => list.map((one) => ({ ...one, id: bytes(one.id) }));

// Where a passkey is to live decides which of the browser's ways are offered; a phone may also be another device.
const PLACES = { computer: "platform", key: "cross-platform" };

async function create(options, form) {
  const place = PLACES[new FormData(form).get("kind")];
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: withBytes(options.excludeCredentials),
      authenticatorSelection: {
        ...options.authenticatorSelection,
        ...(place && { authenticatorAttachment: place }),
      },
    },
  });
  return {
    clientDataJSON: text(made.response.clientDataJSON),
    attestationObject: text(made.response.attestationObject),
    id: made.id,
  };
}

async function get(options) {
  const given = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: withBytes(options.allowCredentials),
    },
  });
  const { clientDataJSON, authenticatorData, signature, userHandle } = given.response;
  return {
    clientDataJSON: text(clientDataJSON),
    authenticatorData: text(authenticatorData),
    signature: text(signature),
    ...(userHandle && { userHandle: text(userHandle) }),
    id: given.id,
  };
}

async function optionsOf(button) {
  const { passkeyOptions, passkeyFrom } = button.dataset;
  if (passkeyOptions) return JSON.parse(passkeyOptions).publicKey;
  const answer = await fetch(passkeyFrom, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return (await answer.json()).publicKey;
}

async function ask(button) {
  const form = button.form;
  const said = (name) => form.querySelector(`[data-passkey-${name}]`);
  for (const name of ["sorry", "here"]) said(name).hidden = true;
  button.disabled = true;
  try {
    const options = await optionsOf(button);
    const { id, ...response } =
      button.dataset.passkey === "create" ? await create(options, form) : await get(options);
    form.querySelector("[data-passkey-credential]").value = JSON.stringify({
      id,
      rawId: id,
      type: "public-key",
      response,
    });
    form.requestSubmit();
  } catch (error) {
    // Given up, or refused by the device: the browser has said why. One that holds a passkey of this account makes no other.
    const sentence = said(error.name === "InvalidStateError" ? "here" : "sorry");
    sentence.hidden = false;
    sentence.focus();
  } finally {
    button.disabled = false;
  }
}

for (const button of document.querySelectorAll("[data-passkey]")) {
  if (!known) {
    button.form.querySelector("[data-passkey-unknown]").hidden = false;
    button.remove();
    continue;
  }
  button.addEventListener("click", () => {
    // A question without an answer is the server's to point out.
    if (button.dataset.passkey === "create" && !new FormData(button.form).get("kind")) {
      button.form.requestSubmit();
    } else void ask(button);
  });
}
