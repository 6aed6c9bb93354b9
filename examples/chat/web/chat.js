// The page listens in one of three ways, and keeps the id of the last message it has shown: whichever way it goes on, nothing is missed.
const messages = document.querySelector("#messages");
const state = document.querySelector("#state");
let last = "";
let leave = () => {};
let send = post;

function show(message) {
  last = message.id;
  const line = document.createElement("li");
  const time = document.createElement("time");
  time.dateTime = message.at;
  time.textContent = new Date(message.at).toLocaleTimeString();
  const author = document.createElement("strong");
  author.textContent = message.author;
  line.append(time, author, ": ", message.text);
  messages.append(line);
  line.scrollIntoView({ block: "end" });
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const query = () => (last ? "?after=" + encodeURIComponent(last) : "");

async function post(utterance) {
  const answer = await fetch("/messages", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(utterance),
  });
  if (!answer.ok) {
    state.value = (await answer.json()).detail ?? answer.statusText;
  }
}

const ways = {
  socket() {
    let left = false;
    let socket;
    const open = () => {
      socket = new WebSocket(new URL("/socket" + query(), location.href.replace(/^http/, "ws")));
      socket.onopen = () => (state.value = "open");
      socket.onmessage = (event) => show(JSON.parse(event.data));
      socket.onclose = async () => {
        if (left) return;
        state.value = "connecting";
        await pause(1000);
        if (!left) open();
      };
    };
    open();
    send = (utterance) => socket.send(JSON.stringify(utterance));
    return () => {
      left = true;
      socket.close();
    };
  },
  events() {
    const source = new EventSource("/events" + query());
    source.onopen = () => (state.value = "open");
    source.onerror = () => (state.value = "connecting");
    source.onmessage = (event) => show(JSON.parse(event.data));
    send = post;
    return () => source.close();
  },
  poll() {
    const stop = new AbortController();
    (async () => {
      while (!stop.signal.aborted) {
        try {
          state.value = "open";
          const answer = await fetch("/messages" + query(), { signal: stop.signal });
          if (answer.status === 200) {
            (await answer.json()).messages.forEach(show);
          } else if (!answer.ok) {
            throw new Error(answer.statusText);
          }
        } catch {
          if (stop.signal.aborted) return;
          state.value = "connecting";
          await pause(1000);
        }
      }
    })();
    send = post;
    return () => stop.abort();
  },
};

function choose() {
  leave();
  state.value = "connecting";
  leave = ways[new FormData(document.querySelector("#way")).get("way")]();
}

document.querySelector("#way").addEventListener("change", choose);
document.querySelector("#say").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = document.querySelector("#text");
  send({ author: document.querySelector("#author").value, text: text.value });
  text.value = "";
  text.focus();
});
choose();
