// Package profiling tells in profiles which operation a handler belongs to, and serves profiles to whoever administers.
//
//	api := petapi.New(handler, profiling.Labels())
//	server := tornado.NewServer(tornado.WithAdmin("127.0.0.1:9090"), profiling.Mount()).Handle(api)
//
// then, by operation:
//
//	go tool pprof -tagroot operation http://127.0.0.1:9090/debug/pprof/profile
//
// It imports net/http/pprof, which enters its handlers into http.DefaultServeMux, too: serve nothing to the public by that.
package profiling

import (
	"net/http"
	"net/http/pprof"
	labels "runtime/pprof"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// Labels labels the goroutines of the handlers of an API, and those that they start, with operation=ID. The contexts of handlers have the
// label as well, so that pprof.Do in a handler adds to it. Without it there are no labels, and nothing is paid for them. What a WebSocket is
// sent once its handler has returned, and functions of tornado.Post, have none.
func Labels() tornado.APIOption {
	return tornado.WithFilter(func(t *tornado.Transit) {
		t.OnRouted(func() {
			before := t.Context() // with the labels of who serves, if any
			ctx := labels.WithLabels(before, labels.Labels("operation", t.Operation().ID))
			t.SetContext(ctx)
			t.OnCall(func() (after func()) {
				labels.SetGoroutineLabels(ctx)
				return func() { labels.SetGoroutineLabels(before) } // a worker serves others next
			})
		})
	})
}

// Mount serves the profiles of package net/http/pprof below /debug/pprof of the administration (tornado.WithAdmin).
func Mount() tornado.Option { return tornado.WithAdminMount("/debug/pprof", profiles()) }

// Handler is what Mount serves, for net/http; its paths begin with /debug/pprof/. It refuses what tornado.RefuseRebinding does.
func Handler() http.Handler { return tornado.RefuseRebinding(profiles()) }

func profiles() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}
