package client

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/runtime/internal/operation"
)

// WithMaxPages ends the iterators over pages after so many of them, without an error. 0, the default, is no bound: who ranges may stop
// at any item.
func WithMaxPages(n int) Option { return func(c *Client) { c.maxPages = n } }

// Pages gives the items of all pages of an operation, one page after the other, each asked for when the items before it were taken.
// page calls the operation with the context and the request that it is given, gives the items of the answer, and changes the request
// to that of the next page; more is false where there is none. An error is the last that is given. A page that was asked for already
// is an error, too: the server leads in a circle. Each range over the result begins with req, which is not changed.
func Pages[R, T any](ctx context.Context, op *operation.Operation, req R, page func(ctx context.Context, req *R) (items []T, more bool, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		p := &paging{op: op, seen: make(map[uint64]bool), seed: maphash.MakeSeed()}
		own := *carriedBy(ctx)
		own.page = p
		ctx, req := context.WithValue(ctx, carriedKey{}, &own), req
		for n := 1; ; n++ {
			items, more, err := page(ctx, &req)
			if err != nil {
				yield(none, err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			switch {
			case p.err != nil:
				yield(none, p.err)
				return
			case !more || n == p.most:
				return
			}
		}
	}
}

// NextURL says where the next page is, as the page at hand has told: a reference that is resolved against its URL. The page is asked for
// there with the header fields, cookies and credentials of the call, whose parameters of path and query do not count any more. Another
// server than that of the page gets none of them: it is an error. False is no reference, the last page. ctx is that of [Pages].
func NextURL(ctx context.Context, reference string) (more bool) {
	p := carriedBy(ctx).page
	return p != nil && reference != "" && p.follow(reference)
}

// NextLink is NextURL of the header field Link with the relation "next" (RFC 8288).
func NextLink(ctx context.Context) (more bool) {
	p := carriedBy(ctx).page
	if p == nil {
		return false
	}
	target, found := linkTarget(p.header.Values("Link"), "next")
	return found && p.follow(target)
}

// paging is how far an iterator over pages has come. It belongs to one goroutine.
type paging struct {
	op   *operation.Operation
	most int             // pages, 0 for no bound
	at   string          // where the next page is; "" where the request says it
	seen map[uint64]bool // hashes of the requests so far
	seed maphash.Seed

	url    string      // of the page at hand
	header http.Header // of its answer
	err    error       // why there is no next page
}

var errPageAgain = errors.New("the server leads to a page that was asked for already")

// ask notes that a page is asked for, and says where it is.
func (p *paging) ask(c *Call, full, place string) (string, string, error) {
	if p.at != "" {
		full = p.at
		place, _, _ = strings.Cut(full, "?")
	}
	var h maphash.Hash
	h.SetSeed(p.seed)
	_, _ = h.WriteString(full)
	for _, name := range slices.Sorted(maps.Keys(c.header)) {
		_, _ = h.WriteString("\n" + name + ": " + strings.Join(c.header[name], ", "))
	}
	_, _ = h.WriteString("\n" + string(c.cookies) + "\n")
	_, _ = h.Write(c.body)
	sum := h.Sum64()
	if p.seen[sum] {
		return "", "", errPageAgain
	}
	p.seen[sum] = true
	p.url, p.header, p.most = full, nil, c.client.maxPages
	return full, place, nil
}

// follow notes where the next page is.
func (p *paging) follow(reference string) bool {
	base, err := url.Parse(p.url)
	if err != nil {
		return p.fail(errors.New("the next page has no page before it"))
	}
	target, err := base.Parse(reference)
	switch {
	case err != nil:
		return p.fail(errors.New("the reference to the next page is no URL"))
	case !strings.EqualFold(origin(target), origin(base)):
		return p.fail(fmt.Errorf("the next page is at another server, %s", origin(target)))
	}
	target.Fragment, target.RawFragment = "", ""
	target.User = base.User
	p.at = target.String()
	return true
}

func (p *paging) fail(err error) bool {
	p.err = &Error{Operation: p.op, Err: err}
	return false
}

// origin is scheme, host and port, which stands there where it is the usual one, too.
func origin(u *url.URL) string {
	port := u.Port()
	switch {
	case port != "":
	case strings.EqualFold(u.Scheme, "https"):
		port = "443"
	default:
		port = "80"
	}
	return u.Scheme + "://" + u.Hostname() + ":" + port
}
