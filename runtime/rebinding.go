package tornado

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// RefuseRebinding passes to h what does not come from a page of another site whose owner has made its name point to this machine (DNS
// rebinding), so that the browser takes both for one origin: a listener on the loopback interface is asked for by localhost, by a name below it, or by
// an address. The others get 403; on other interfaces all names are good. The listener of WithAdmin does so by itself, but for its
// pages of health; it is for handlers of
// the administration that net/http serves. Any goroutine.
func RefuseRebinding(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if rebound(r) {
			http.Error(w, "this is for this machine: ask for it by localhost or by an address, not by the name "+r.Host, http.StatusForbidden)
			return
		}
		h.ServeHTTP(w, r)
	})
}

func rebound(r *http.Request) bool {
	local, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	if !ok || !local.IP.IsLoopback() {
		return false
	}
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	if host == "" { // no browser asks so: a health check of HTTP/1.0
		return false
	}
	host = strings.TrimSuffix(strings.Trim(host, "[]"), ".")
	if _, err := netip.ParseAddr(host); err == nil {
		return false
	}
	return !strings.EqualFold(host, "localhost") && !strings.HasSuffix(strings.ToLower(host), ".localhost")
}
