package main

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/tornadogen/tornadogen/examples/spider/spiderapi"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// workers is how many pages one crawl fetches at a time.
const workers = 8

// spider answers the operation.
type spider struct{ visitor *visitor }

var _ spiderapi.Handler = (*spider)(nil)

// Crawl sends each page as it is found. When the client goes, ctx ends, and with it all fetching.
func (s *spider) Crawl(ctx context.Context, req spiderapi.CrawlRequest, out *tornado.ItemStream[spiderapi.Page]) error {
	first, err := url.Parse(req.URL)
	if err != nil {
		return err
	}
	if s.visitor.check(first) != nil {
		return spiderapi.CrawlForbidden{Body: spiderapi.Problem{
			Title: "This host may not be visited", Status: http.StatusForbidden,
			Detail: tornado.Some("allowed are " + strings.Join(s.visitor.hosts, ", ")),
		}}
	}
	// Both have a default, so they are there.
	c := &crawl{visitor: s.visitor, out: out, seen: map[string]bool{}, left: int(req.Pages.Or(0)), depth: req.Depth.Or(0)}
	c.enter(first, 0)
	return c.run(ctx)
}

// crawl is one crawl under way.
type crawl struct {
	visitor *visitor
	out     *tornado.ItemStream[spiderapi.Page]
	depth   int64 // of the last links that are followed

	mu    sync.Mutex
	seen  map[string]bool // guarded by mu, as all below; URLs that were entered
	queue []step          // to be visited
	left  int             // how many may still be entered
	busy  int             // visits under way
}

// step is a page to visit.
type step struct {
	url   *url.URL
	depth int64
}

// enter notes a page that is to be visited, once.
func (c *crawl) enter(u *url.URL, depth int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if key := u.String(); !c.seen[key] && c.left > 0 && depth <= c.depth {
		c.seen[key] = true
		c.left--
		c.queue = append(c.queue, step{u, depth})
	}
}

// run visits until nothing is left. It returns the first error of sending, which ends the crawl.
func (c *crawl) run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	slots := make(chan struct{}, workers)
	done := make(chan struct{}, workers)
	var all sync.WaitGroup
	defer all.Wait()
	for {
		next, more := c.next()
		switch {
		case !more:
			return nil
		case next.url == nil: // others are under way, and may find more
			select {
			case <-done:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			continue
		}
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		all.Go(func() {
			if err := c.visit(ctx, next); err != nil {
				stop(err)
			}
			<-slots
			select {
			case done <- struct{}{}:
			default: // it is known already that something is done
			}
		})
	}
}

// next takes a page to visit. Its url is nil where all that are left are being visited; more is false at the end.
func (c *crawl) next() (s step, more bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.queue) == 0 {
		return step{}, c.busy > 0
	}
	s, c.queue = c.queue[0], c.queue[1:]
	c.busy++
	return s, true
}

// visit visits a page, tells of it, and enters its links.
func (c *crawl) visit(ctx context.Context, s step) error {
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.busy--
	}()
	start := time.Now()
	found, err := c.visitor.visit(ctx, s.url)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	page := spiderapi.Page{URL: s.url.String(), Depth: s.depth, Milliseconds: time.Since(start).Milliseconds()}
	if err != nil {
		page.Error = tornado.Some(plain(err))
	}
	if found != nil {
		page.Status, page.Links = tornado.Some(int64(found.status)), tornado.Some(int64(len(found.links)))
		if found.title != "" {
			page.Title = tornado.Some(found.title)
		}
		for _, link := range found.links {
			c.enter(link, s.depth+1)
		}
	}
	return c.out.Send(page)
}

// plain is an error without the URL that stands beside it.
func plain(err error) string {
	if of := (*url.Error)(nil); errors.As(err, &of) {
		err = of.Err
	}
	return err.Error()
}
