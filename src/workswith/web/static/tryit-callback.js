// Hands the token of the sign-in window to the page that opened it. The channel's name is random
// and known only to that page; a BroadcastChannel never leaves this origin.

const page = document.getElementById("callback");
const { channel, token, error } = page.dataset;
if (channel) {
  const line = new BroadcastChannel(channel);
  line.postMessage(token ? { access_token: token } : { error });
  line.close();
  setTimeout(() => window.close(), 50);
}
