package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/tornadogen/tornadogen/spec"
)

// The bounds of what is read from the network.
const (
	maxRemoteSize  = 16 << 20 // of one document
	maxRemoteFiles = 100
	maxRedirects   = 5
	remoteTime     = 60 * time.Second // for all documents together
)

// locking says what a command does with hashes.
type locking uint8

const (
	lockVerify locking = iota // what has a hash must have it still
	lockDemand                // and everything must have one: check
	lockExtend                // what has none gets one: generate
	lockUpdate                // and others are replaced: generate --update-lock
)

// remote reads documents from the network for spec.Load, and holds them against the lock. It sends no credentials and keeps no
// cookies.
type remote struct {
	client   *http.Client
	deadline time.Time
	lock     *lock
	locking  locking
	files    int
}

func newRemote(l *lock, how locking) *remote {
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: dialControl}
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return dialNamed(ctx, dialer, network, address)
		},
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  30 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		DisableKeepAlives:      true,
	}
	return &remote{
		client: &http.Client{Transport: transport, CheckRedirect: checkRedirect}, deadline: time.Now().Add(remoteTime), lock: l, locking: how,
	}
}

// fetch returns the document at an address; see spec.WithRemote.
func (r *remote) fetch(address string, limit int64) ([]byte, error) {
	known, locked := r.lock.hashes[address]
	if !locked && r.locking == lockDemand {
		return nil, &spec.RemoteError{Class: "remote-unlocked", What: fmt.Sprintf("the address %q has no hash in %s", address, lockName), Remedy: "run tornadogen generate, which writes it"}
	}
	if r.files++; r.files > maxRemoteFiles {
		return nil, &spec.RemoteError{Class: "limit", What: fmt.Sprintf("references lead to more than %d documents on the network", maxRemoteFiles), Remedy: "save them beside this one"}
	}
	data, err := r.read(address, min(limit, maxRemoteSize))
	if err != nil {
		return nil, err
	}
	switch hash := hashOf(data); {
	case hash == known:
	case locked && r.locking != lockUpdate:
		return nil, &spec.RemoteError{
			Class: "remote-changed", What: fmt.Sprintf("the document at %q is not the one of %s:%d any more: it has %s, and had %s", address, lockName, r.lock.lines[address], hash[:19], known[:19]),
			Remedy: "look at what changed, then run tornadogen generate --update-lock",
		}
	default:
		r.lock.hashes[address] = hash
	}
	return data, nil
}

// read fetches at most limit bytes.
func (r *remote) read(address string, limit int64) ([]byte, error) {
	ctx, stop := context.WithDeadline(context.Background(), r.deadline)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/yaml, application/json, */*;q=0.5")
	req.Header.Set("User-Agent", "tornadogen/"+builtFrom().version)
	res, err := r.client.Do(req)
	if err != nil {
		var failed *url.Error
		if errors.As(err, &failed) {
			err = failed.Err
		}
		return nil, err
	}
	defer res.Body.Close() //nolint:errcheck // read only: nothing is lost
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answers %s", res.Status)
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, &spec.RemoteError{Class: "limit", What: fmt.Sprintf("the document at %q has more than %d bytes", address, limit), Remedy: "save what is needed of it beside this document"}
	}
	return data, nil
}

// checkRedirect follows a few redirects: never from https to http, and into a machine or its neighbourhood only from there.
func checkRedirect(req *http.Request, via []*http.Request) error {
	first := via[0].URL
	switch {
	case len(via) > maxRedirects:
		return fmt.Errorf("it redirects more than %d times", maxRedirects)
	case req.URL.Scheme != "https" && (req.URL.Scheme != "http" || first.Scheme == "https"):
		return fmt.Errorf("it redirects to %q, which is no https address", req.URL.Redacted())
	case req.URL.User != nil:
		return errors.New("it redirects to an address with a user")
	case isInner(req.URL.Hostname()) && req.URL.Host != first.Host:
		return fmt.Errorf("it redirects to %q, into a private network", req.URL.Redacted())
	}
	return nil
}

// isInner reports whether a host is an IP address or a name of this machine.
func isInner(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	_, err := netip.ParseAddr(host)
	return err == nil || host == "localhost" || strings.HasSuffix(host, ".localhost") || strings.HasSuffix(host, ".internal")
}

// dialNamed dials an address. A name that is not one of this machine must not lead to it.
func dialNamed(ctx context.Context, dialer *net.Dialer, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if isInner(host) {
		return dialer.DialContext(ctx, network, address)
	}
	named := *dialer
	named.Control = func(network, address string, c syscall.RawConn) error {
		if to, err := netip.ParseAddrPort(address); err != nil || to.Addr().Unmap().IsLoopback() {
			return fmt.Errorf("%s leads to this machine", host)
		}
		return dialControl(network, address, c)
	}
	return named.DialContext(ctx, network, address)
}

// dialControl refuses addresses at which machines tell about themselves.
func dialControl(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if ip := to.Addr().Unmap(); ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() {
		return fmt.Errorf("%s is no address of a server", ip)
	}
	return nil
}
