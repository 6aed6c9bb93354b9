package tornado

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// httpSocketHost brings the request of a socket by package net/http.
type httpSocketHost struct {
	handler *httpHandler
	writer  http.ResponseWriter
	request *http.Request
}

// hosts implements socketHost.
func (h httpSocketHost) hosts() {}

// watch implements socketHost: a server that shuts down closes its sockets.
func (h httpSocketHost) watch(s *socket) (release func()) {
	server, ok := h.request.Context().Value(http.ServerContextKey).(*http.Server)
	if !ok {
		return nil
	}
	return h.handler.sockets.add(server, s)
}

// openSocket implements socketHost.
func (h httpSocketHost) openSocket(s *socket) (socketWire, []byte, error) {
	conn, buffered, err := http.NewResponseController(h.writer).Hijack()
	switch {
	case errors.Is(err, http.ErrNotSupported):
		return nil, nil, fmt.Errorf("the http.ResponseWriter gives no connection%s: %w", hiddenRemedy, err)
	case err != nil:
		return nil, nil, err
	}
	if err := conn.SetDeadline(time.Time{}); err != nil { // those of the server were for the request
		return nil, nil, err
	}
	received := make([]byte, buffered.Reader.Buffered())
	_, _ = io.ReadFull(buffered.Reader, received) // they are there
	return newNetWire(s, conn, writeTimeout(h.request.Context())), received, nil
}

// httpSockets are the sockets of net/http servers that are open.
type httpSockets struct {
	mu   sync.Mutex
	open map[*http.Server]map[*socket]bool // guarded by mu; a server stays known, as its hook stays
}

func (all *httpSockets) add(server *http.Server, s *socket) (remove func()) {
	all.mu.Lock()
	defer all.mu.Unlock()
	open, known := all.open[server]
	if !known {
		if all.open == nil {
			all.open = make(map[*http.Server]map[*socket]bool)
		}
		open = make(map[*socket]bool)
		all.open[server] = open
		server.RegisterOnShutdown(func() { all.goAway(server) })
	}
	open[s] = true
	return func() {
		all.mu.Lock()
		defer all.mu.Unlock()
		delete(open, s)
	}
}

func (all *httpSockets) goAway(server *http.Server) {
	all.mu.Lock()
	list := make([]*socket, 0, len(all.open[server]))
	for s := range all.open[server] {
		list = append(list, s)
	}
	all.mu.Unlock()
	for _, s := range list {
		s.goAway()
	}
}
