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
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Bounds of one visit.
const (
	visitTimeout = 10 * time.Second
	maxPage      = 2 << 20 // bytes that are read of a page
	maxRedirects = 5
	maxTitle     = 200
)

var errForbidden = errors.New("the host is not one of those that may be visited")

// visitor fetches pages of the hosts that it is allowed to visit, and of no others: not by a redirect, and not by a name that leads to
// an address inside. So nobody reaches through it what is meant for this machine or its network alone (server-side request forgery).
type visitor struct {
	hosts   []string // allowed, without a port
	private bool     // addresses inside are allowed too, as for a site of one's own
	client  *http.Client
}

func newVisitor(hosts []string, private bool) *visitor {
	v := &visitor{hosts: hosts, private: private}
	dialer := &net.Dialer{Timeout: visitTimeout, Control: v.control}
	v.client = &http.Client{
		Timeout:   visitTimeout,
		Transport: &http.Transport{DialContext: dialer.DialContext, MaxIdleConnsPerHost: workers, IdleConnTimeout: time.Minute},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return errors.New("too many redirects")
			}
			return v.check(r.URL)
		},
	}
	return v
}

// check refuses what may not be visited.
func (v *visitor) check(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" || !slices.Contains(v.hosts, strings.ToLower(u.Hostname())) {
		return errForbidden
	}
	return nil
}

// control is called with the address that a connection is about to be made to, after all names were resolved: that is where it counts.
func (v *visitor) control(_, address string, _ syscall.RawConn) error {
	addr, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if ip := addr.Addr().Unmap(); !v.private && (!ip.IsGlobalUnicast() || ip.IsPrivate()) {
		return fmt.Errorf("%s is an address inside", ip)
	}
	return nil
}

// found is what a visit has found.
type found struct {
	status int
	title  string
	links  []*url.URL // to pages that may be visited, each once, without fragments
}

// visit fetches a page. What is no HTML has no title and no links.
func (v *visitor) visit(ctx context.Context, u *url.URL) (*found, error) {
	if err := v.check(u); err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("User-Agent", "tornadogen-spider/1.0")
	answer, err := v.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }() // what was needed has been read
	f := &found{status: answer.StatusCode}
	if kind := answer.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/html") {
		return f, nil
	}
	root, err := html.Parse(io.LimitReader(answer.Body, maxPage))
	if err != nil {
		return f, err
	}
	v.read(f, root, answer.Request.URL)
	return f, nil
}

// read collects title and links.
func (v *visitor) read(f *found, root *html.Node, base *url.URL) {
	seen := map[string]bool{}
	for n := range root.Descendants() {
		switch {
		case n.Type != html.ElementNode:
		case n.DataAtom == atom.Title && f.title == "" && n.FirstChild != nil:
			f.title = strings.Join(strings.Fields(n.FirstChild.Data), " ")
			f.title = strings.ToValidUTF8(f.title[:min(len(f.title), maxTitle)], "")
		case n.DataAtom == atom.A:
			i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "href" })
			if i < 0 {
				continue
			}
			link, err := base.Parse(strings.TrimSpace(n.Attr[i].Val))
			if err != nil || v.check(link) != nil {
				continue
			}
			link.Fragment, link.RawFragment = "", ""
			if key := link.String(); !seen[key] {
				seen[key] = true
				f.links = append(f.links, link)
			}
		}
	}
}
