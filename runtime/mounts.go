package tornado

import (
	"net/http"
	"slices"
	"strconv"
)

// mounts are net/http handlers by prefix, the longest first. It is itself a handler that answers 404 beside them.
type mounts struct{ list []mount }

type mount struct {
	prefix  string // without a trailing slash; "" is everything
	handler http.Handler
	page    bool // it has that path alone, and nothing below it
}

// addPage adds what answers GET and HEAD of exactly one path.
func (m *mounts) addPage(path string, answer http.HandlerFunc) {
	m.insert(mount{CleanPrefix(path), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
			return
		}
		answer(w, r)
	}), true})
}

func (m *mounts) add(prefix string, h http.Handler) {
	if f, ok := h.(http.HandlerFunc); h == nil || ok && f == nil {
		panic("tornado: the handler to mount at " + strconv.Quote(prefix) + " is nil; give one, or leave the mount out")
	}
	m.insert(mount{CleanPrefix(prefix), h, false})
}

// insert puts a page before a mount at its path, and else what was added first.
func (m *mounts) insert(added mount) {
	at := slices.IndexFunc(m.list, func(other mount) bool {
		return len(added.prefix) > len(other.prefix) || added.page && !other.page && len(added.prefix) == len(other.prefix)
	})
	if at < 0 {
		at = len(m.list)
	}
	m.list = slices.Insert(m.list, at, added)
}

// find returns the mount for a raw path, nil if there is none.
func (m *mounts) find(rawPath []byte) *mount {
	for i := range m.list {
		p := m.list[i].prefix
		if len(rawPath) < len(p) || string(rawPath[:len(p)]) != p {
			continue
		}
		below := rawPath[len(p):]
		if len(below) == 0 || below[0] == '/' && (!m.list[i].page || p == "" && len(below) == 1) {
			return &m.list[i]
		}
	}
	return nil
}

// ServeHTTP lets the mounts stand on a net/http server.
func (m *mounts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if found := m.find([]byte(r.URL.EscapedPath())); found != nil {
		found.handler.ServeHTTP(w, r)
		return
	}
	http.NotFound(w, r)
}
