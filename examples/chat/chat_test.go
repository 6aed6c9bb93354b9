package main

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/require"
	"github.com/tornadogen/tornadogen/examples/chat/chatapi"
	"github.com/tornadogen/tornadogen/examples/internal/browsertest"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/tornadotest"
)

// eventually bounds how long something is awaited.
const eventually = 30 * time.Second

// open runs a server of the room, and returns its address. stop ends it.
func open(t *testing.T, queue string) (address string, stop func()) {
	t.Helper()
	topic, leave, err := openTopic(t.Context(), queue)
	require.NoError(t, err)
	server := tornadotest.ServeServer(t, newServer(topic))
	stop = sync.OnceFunc(func() {
		server.Stop()
		leave()
	})
	t.Cleanup(stop)
	return strings.TrimPrefix(server.URL, "http://"), stop
}

func client(t *testing.T, address string) *chatapi.Client {
	t.Helper()
	c, err := chatapi.NewClient("http://" + address)
	require.NoError(t, err)
	return c
}

func say(t *testing.T, c *chatapi.Client, text string) {
	t.Helper()
	require.NoError(t, c.Say(t.Context(), chatapi.SayRequest{Body: chatapi.Utterance{Author: "ann", Text: text}}))
}

// listener hears the room in one of the ways. next returns what is said next.
type hearing struct{ messages chan chatapi.Message }

func (h *hearing) next(t *testing.T) chatapi.Message {
	t.Helper()
	select {
	case m := <-h.messages:
		return m
	case <-time.After(eventually):
		t.Fatal("nothing was heard")
		return chatapi.Message{}
	}
}

// ways are the three ways to hear the room. Each begins behind a message, and ends with ctx.
var ways = map[string]func(ctx context.Context, c *chatapi.Client, after string, heard func(chatapi.Message)){
	"poll": func(ctx context.Context, c *chatapi.Client, after string, heard func(chatapi.Message)) {
		for ctx.Err() == nil {
			answer, err := c.PollMessages(ctx, chatapi.PollMessagesRequest{After: tornado.Some(after)})
			if ok, is := answer.(chatapi.PollMessagesOK); err == nil && is {
				for _, m := range ok.Body.Messages {
					after = m.ID
					heard(m)
				}
			}
		}
	},
	"events": func(ctx context.Context, c *chatapi.Client, after string, heard func(chatapi.Message)) {
		for event, err := range c.Listen(ctx, chatapi.ListenRequest{After: tornado.Some(after)}) {
			if err == nil {
				heard(event.Data)
			}
		}
	},
	"socket": func(ctx context.Context, c *chatapi.Client, after string, heard func(chatapi.Message)) {
		socket, err := c.Chat(ctx, chatapi.ChatRequest{After: tornado.Some(after)})
		if err != nil {
			return
		}
		for m := range socket.Messages() {
			heard(m)
		}
	},
}

func hear(t *testing.T, c *chatapi.Client, way, after string) *hearing {
	t.Helper()
	h := &hearing{messages: make(chan chatapi.Message, 100)}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		ways[way](ctx, c, after, func(m chatapi.Message) { h.messages <- m })
	}()
	t.Cleanup(func() {
		stop()
		<-ended
	})
	return h
}

// TestAllWaysHearTheSame begins behind a first message, so that nobody has to be waited for.
func TestAllWaysHearTheSame(t *testing.T) {
	address, _ := open(t, "")
	c := client(t, address)
	first := hear(t, c, "poll", "the beginning")
	say(t, c, "first")
	after := first.next(t).ID
	for way := range ways {
		t.Run(way, func(t *testing.T) {
			h := hear(t, c, way, after)
			for i := range 3 {
				say(t, c, way+strconv.Itoa(i))
			}
			var got []string
			for len(got) == 0 || got[len(got)-1] != way+"2" {
				m := h.next(t)
				require.Equal(t, "ann", m.Author)
				got = append(got, m.Text)
				after = m.ID
			}
			require.Equal(t, []string{way + "0", way + "1", way + "2"}, got[len(got)-3:])
		})
	}
}

// TestSocketTalks says something on a socket.
func TestSocketTalks(t *testing.T) {
	address, _ := open(t, "")
	c := client(t, address)
	socket, err := c.Chat(t.Context(), chatapi.ChatRequest{})
	require.NoError(t, err)
	require.NoError(t, socket.Send(chatapi.Utterance{Author: "bob", Text: "hello"}))
	for m := range socket.Messages() {
		require.Equal(t, "hello", m.Text)
		break
	}
	require.NoError(t, socket.Close(tornado.CloseNormal, ""))
}

// TestTwoServersOneRoom takes one of two servers away while clients listen and talk: they come back at the other one, and miss nothing.
func TestTwoServersOneRoom(t *testing.T) {
	queue, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(), NoLog: true, NoSigs: true})
	require.NoError(t, err)
	go queue.Start()
	require.True(t, queue.ReadyForConnections(eventually))
	t.Cleanup(func() {
		queue.Shutdown()
		queue.WaitForShutdown()
	})
	here, stopHere := open(t, queue.ClientURL())
	there, _ := open(t, queue.ClientURL())
	for way := range ways {
		t.Run(way, func(t *testing.T) {
			h := hear(t, client(t, there), way, "")
			// A new listener has nothing to begin behind: talk until it is heard.
			var last chatapi.Message
			require.Eventually(t, func() bool {
				say(t, client(t, here), "is "+way+" there?")
				select {
				case last = <-h.messages:
					return true
				case <-time.After(50 * time.Millisecond):
					return false
				}
			}, eventually, time.Millisecond)
			say(t, client(t, here), way)
			for last.Text != way {
				last = h.next(t)
			}
		})
	}
	before := hear(t, client(t, there), "poll", "0")
	last := before.next(t)
	stopHere()
	for i := range 20 {
		say(t, client(t, there), "while it is away "+strconv.Itoa(i))
	}
	again, _ := open(t, queue.ClientURL())
	h := hear(t, client(t, again), "events", last.ID)
	for want := 0; want < 20; {
		if m := h.next(t); strings.HasPrefix(m.Text, "while") {
			require.Equal(t, "while it is away "+strconv.Itoa(want), m.Text)
			want++
		}
	}
}

// TestPage drives the page in a real browser: what is said in one window is read in another, whichever way that one listens.
func TestPage(t *testing.T) {
	address, _ := open(t, "")
	talker := browsertest.Open(t, browsertest.Desktop)
	reader := talker.Beside(browsertest.Desktop)
	enter(talker, address, "ann")
	enter(reader, address, "bob")
	for _, way := range []string{"socket", "events", "poll"} {
		for _, window := range []*browsertest.Window{reader, talker} {
			window.Click(`input[value="` + way + `"]`)
			window.Await(isOpen)
		}
		said := "<b>by " + way + "</b>"
		talker.Do(chromedp.SendKeys("#text", said+"\r"))
		for _, window := range []*browsertest.Window{reader, talker} {
			window.Await(`[...document.querySelectorAll("#messages li")].some((li) => li.textContent.endsWith(` + strconv.Quote("ann: "+said) + `))`)
		}
	}
	require.Equal(t, 3, browsertest.Eval[int](reader, `document.querySelectorAll("#messages li").length`)) // each message once
	reader.AsksOnly(address)
}

// isOpen is what the page shows when it listens.
const isOpen = `document.querySelector("#state").value === "open"`

// enter opens the page under a name.
func enter(window *browsertest.Window, address, name string) {
	window.Visit("http://" + address + "/room/")
	window.Type("#author", name)
	window.Await(isOpen)
}
