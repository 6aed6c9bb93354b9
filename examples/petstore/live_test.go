package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/examples/chat/chatapi"
	"github.com/tornadogen/tornadogen/examples/internal/browsertest"
	"github.com/tornadogen/tornadogen/examples/petstore/petapi"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// slowShop is a shop that counts its pets as long as somebody wants it to.
type slowShop struct {
	shop
	counting chan struct{}
}

func (s *slowShop) GetInventory(ctx context.Context, req petapi.GetInventoryRequest) (map[string]int64, error) {
	<-s.counting
	return s.shop.GetInventory(ctx, req)
}

// silentRoom has an operation of each kind that waits, and nobody says anything.
type silentRoom struct {
	chatapi.UnimplementedRoomHandler
}

func (silentRoom) PollMessages(context.Context, chatapi.PollMessagesRequest, chatapi.PollMessagesReply) {
}

func (silentRoom) Listen(_ context.Context, _ chatapi.ListenRequest, out *tornado.EventStream[chatapi.Message]) error {
	out.Keep()
	return out.Comment("hello")
}

func (silentRoom) Chat(_ context.Context, _ chatapi.ChatRequest, s *tornado.Socket[chatapi.Message, chatapi.Utterance]) error {
	s.OnMessage = func(chatapi.Utterance) error { return nil }
	return nil
}

// gateway passes connections on to an address that may change, or be away.
type gateway struct {
	net.Listener
	mu    sync.Mutex
	to    string     // guarded by mu; "" is away
	conns []net.Conn // guarded by mu
}

func newGateway(t *testing.T) *gateway {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	g := &gateway{Listener: l}
	t.Cleanup(func() {
		_ = l.Close()
		g.lead("")
	})
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			g.pass(c)
		}
	}()
	return g
}

// lead has new connections go to an address, and cuts those there are.
func (g *gateway) lead(to string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.to = to
	for _, c := range g.conns {
		_ = c.Close()
	}
	g.conns = nil
}

func (g *gateway) pass(client net.Conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	server, err := net.Dial("tcp", g.to)
	if err != nil {
		_ = client.Close()
		return
	}
	g.conns = append(g.conns, client, server)
	for _, pair := range [][2]net.Conn{{client, server}, {server, client}} {
		go func() {
			_, _ = io.Copy(pair[0], pair[1])
			_ = pair[0].Close()
		}()
	}
}

// row is what the live page says of an operation.
func row(id string) string { return `#operations tbody tr[data-operation="` + id + `"]` }

// TestLivePage looks at the live page of the administration, in a browser, while requests come, handlers hang, and the server goes away.
func TestLivePage(t *testing.T) {
	counting := make(chan struct{})
	shop := &slowShop{shop: shop{db: openDatabase(t)}, counting: counting}
	t.Cleanup(func() { require.NoError(t, shop.db.Close()) })
	serve := func() (address, admin string, stop func()) {
		server := newServer(petapi.New(shop, auth{key: "demo-key", token: "demo-token"}), shop.db, "127.0.0.1:0").Handle(chatapi.New(silentRoom{}))
		listener, err := tornado.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		served := make(chan error, 1)
		go func() { served <- server.Serve(context.Background(), listener) }()
		<-server.Bound()
		stop = sync.OnceFunc(func() {
			server.Shutdown()
			require.NoError(t, <-served)
		})
		t.Cleanup(stop)
		return listener.Addr().String(), server.AdminAddr().String(), stop
	}
	address, admin, stop := serve()
	release := sync.OnceFunc(func() { close(counting) })
	t.Cleanup(release)
	front := newGateway(t)
	front.lead(admin)

	w := browsertest.Open(t, browsertest.Desktop)
	w.Visit("http://" + front.Addr().String() + "/debug/tornado")
	w.Await(`document.querySelector("#state").innerText === "Live"`)
	w.Await(`document.querySelectorAll("#loops tbody tr").length > 0`)
	w.Legible()
	w.Picture("live-empty")

	// Requests move the figures, and an operation that is called gets its row.
	c, err := petapi.NewClient("http://" + address + "/v1")
	require.NoError(t, err)
	still := keepAsking(t, c)
	kind := func(id, kind string) {
		w.Await(`document.querySelector('` + row(id) + ` .kind')?.innerText === "` + kind + `"`)
	}
	kind("listPets", "plain")
	figure := func(id string, column int) string {
		return fmt.Sprintf(`parseFloat(document.querySelector('%s').cells[%d].querySelector(".figure").innerText.replaceAll(",", ""))`, row(id), column)
	}
	w.Await(figure("getPet", 2) + " > 0 && " + figure("getPet", 5) + " > 0 && " + figure("getPet", 6) + " > 0")
	total := browsertest.Eval[float64](w, figure("getPet", 12))
	w.Await(figure("getPet", 12) + fmt.Sprintf(" > %f", total))
	w.Await(`parseFloat(document.querySelector("#charts .figure").innerText) > 0`)

	// What waits is told by its kind.
	holding := hold(t, address)
	kind("pollMessages", "deferred")
	kind("listen", "stream")
	kind("chat", "socket")
	w.Await(figure("chat", 10) + " === 1 && " + figure("listen", 10) + " === 1 && " + figure("pollMessages", 10) + " === 1")

	// A handler that hangs is shown with its stack, as long as it runs.
	counted := make(chan error, 1)
	go func() {
		_, err := c.GetInventory(context.Background(), petapi.GetInventoryRequest{})
		counted <- err
	}()
	w.Await(`document.querySelector('#running [data-operation="getInventory"] pre')?.innerText.includes("slowShop).GetInventory")`)
	w.Await(`document.querySelectorAll("#loops .line")[0].getAttribute("d").split("L").length > 3`) // there is something to see
	for _, look := range browsertest.Looks {
		w.Look(look)
		w.Legible()
		w.Picture("live")
	}
	w.Look(browsertest.Desktop)
	release()
	require.NoError(t, <-counted)
	w.Await(`!document.querySelector("#running-empty").hidden`)

	// Its columns sort by the keyboard.
	browsertest.Eval[bool](w, `document.querySelector("#operations th button").focus(), true`)
	w.Press("Enter")
	w.Await(`document.querySelector("#operations th").ariaSort === "ascending" && document.querySelector("#operations tbody tr").dataset.operation === "chat"`)

	// While it is paused its figures stay, and those of another window move on.
	w.Click("#pause")
	w.Await(`document.querySelector("#state").innerText === "Paused"`)
	w.Legible()
	total = browsertest.Eval[float64](w, figure("getPet", 12))
	other := w.Beside(browsertest.Desktop)
	other.Visit("http://" + front.Addr().String() + "/debug/tornado")
	other.Await(`document.querySelector('` + row("getPet") + `')`)
	moved := total
	for range 3 { // samples
		other.Await(figure("getPet", 12) + fmt.Sprintf(" > %f", moved))
		moved = browsertest.Eval[float64](other, figure("getPet", 12))
	}
	assert.Equal(t, total, browsertest.Eval[float64](w, figure("getPet", 12)))
	w.Click("#pause")
	w.Await(`document.querySelector("#state").innerText === "Live"`)
	w.Await(figure("getPet", 12) + fmt.Sprintf(" > %f", total))
	require.NoError(t, still())
	holding()
	w.AsksOnly(front.Addr().String())
	w.Quiet()

	// The server goes, and another one comes.
	stop()
	front.lead("")
	w.Await(`document.querySelector("#state").innerText.startsWith("Connection lost")`)
	for _, look := range []browsertest.Look{browsertest.PhoneDark, browsertest.Desktop} {
		w.Look(look)
		w.Legible()
		w.Picture("live-lost")
	}
	w.Forget() // the browser says that it was refused
	address, admin, _ = serve()
	c, err = petapi.NewClient("http://" + address + "/v1")
	require.NoError(t, err)
	front.lead(admin)
	w.Await(`document.querySelector("#state").innerText === "Live"`)
	w.Await(`!document.querySelector("#operations-empty").hidden`) // the figures are those of the new one
	_, err = c.GetPet(t.Context(), petapi.GetPetRequest{PetID: 1})
	require.NoError(t, err)
	kind("getPet", "plain")
	assert.Equal(t, 1.0, browsertest.Eval[float64](w, `document.querySelectorAll('`+row("getPet")+`').length`))
}

// keepAsking asks for pets, also for one that is not there, again and again, until it is called.
func keepAsking(t *testing.T, c *petapi.Client) (still func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		var err error
		for ; err == nil && ctx.Err() == nil; <-tick.C {
			_, err = c.ListPets(context.Background(), petapi.ListPetsRequest{})
			for _, id := range []int64{1, 999} {
				switch _, missing := c.GetPet(context.Background(), petapi.GetPetRequest{PetID: id}); {
				case id == 1 && missing != nil:
					err = errors.Join(err, fmt.Errorf("pet %d: %w", id, missing))
				case id != 1 && missing == nil:
					err = errors.Join(err, fmt.Errorf("pet %d: is there", id))
				}
			}
		}
		ended <- err
	}()
	still = sync.OnceValue(func() error { cancel(); return <-ended })
	t.Cleanup(func() { _ = still() })
	return still
}

// hold opens what goes on, until it is called.
func hold(t *testing.T, address string) (release func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	room, err := chatapi.NewClient("http://" + address)
	require.NoError(t, err)
	socket, err := room.Chat(ctx, chatapi.ChatRequest{})
	require.NoError(t, err)
	var ends sync.WaitGroup
	for _, path := range []string{"/messages", "/events"} {
		ends.Go(func() {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+path, nil)
			if err != nil {
				return
			}
			if res, err := http.DefaultClient.Do(req); err == nil {
				_, _ = io.Copy(io.Discard, res.Body)
				_ = res.Body.Close()
			}
		})
	}
	return func() {
		_ = socket.Close(tornado.CloseNormal, "")
		cancel()
		ends.Wait()
	}
}
