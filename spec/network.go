package spec

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
)

// RemoteError is why a document on the network is not read.
type RemoteError struct {
	Class        string // of the finding
	What, Remedy string // as in a [Diagnostic]
}

// Error is What.
func (e *RemoteError) Error() string { return e.What }

// WithRemote lets references lead to http and https addresses. Load calls fetch with each address once, without its fragment, and
// with the number of bytes that it may return at most; it is not called for what a file that is read names as its $id or $self.
// An error is a finding at the reference, with the class of a [RemoteError] where it is one. Load itself opens no connection.
// Default: such references are left open.
func WithRemote(fetch func(address string, limit int64) ([]byte, error)) Option {
	return func(c *config) { c.fetch = fetch }
}

// networkDocument returns the document at an address, where that is allowed.
func (c *checker) networkDocument(u *url.URL, n *node, text string) (*file, *trouble) {
	u.Fragment = ""
	if f, known := c.files[u.String()]; known {
		return parsed(f, quote(text))
	}
	if f := c.beside(u, n.file); f != nil {
		return parsed(f, quote(text))
	}
	if data := metaschema(u.String()); data != nil {
		f := newFile(u.String(), u.String(), u.String(), data)
		f.url = u
		return c.take(f, quote(text))
	}
	if bad := c.barred(u, n.file, text); bad != nil {
		bad.later = true
		return nil, bad
	}
	if bad := c.failed[u.String()]; bad != nil {
		return nil, bad
	}
	if c.asked {
		return nil, unknown("the network is asked for one address after the other")
	}
	c.asked = true
	data, err := c.config.fetch(u.String(), c.config.limits.Size-c.budget.size)
	if err != nil {
		bad := &trouble{severity: Error, class: "remote-file", what: "the address " + quote(u.String()) + " cannot be read: " + err.Error(), remedy: "correct the reference, or try again"}
		var remote *RemoteError
		if errors.As(err, &remote) {
			bad.class, bad.what, bad.remedy = remote.Class, remote.What, remote.Remedy
		}
		c.failed[u.String()] = bad
		return nil, bad
	}
	f := newFile(u.String(), u.String(), u.String(), data)
	f.url = u
	return c.take(f, quote(text))
}

// beside finds the file that stands for an address near the $self of the document: its neighbours are those of the file.
func (c *checker) beside(u *url.URL, from *file) *file {
	self := baseOf(from.root)
	if from.url != nil || self == nil || self.Host == "" || self.Host != u.Host || self.Scheme != u.Scheme || u.RawQuery != "" {
		return nil
	}
	dir := self.Path[:strings.LastIndexByte(self.Path, '/')+1]
	rel, below := strings.CutPrefix(u.Path, dir)
	if !below || rel == "" {
		return nil
	}
	f, bad := c.open(rel, from)
	if bad != nil {
		return nil
	}
	return f
}

// barred tells why the network is not asked. A reference is left open then like one that names nothing, but for addresses
// that only mean something from the inside: who writes those wants this machine to call them. Where the network is allowed, a
// file on this machine may name such an address, and a document from the network only one of its own host; that of a machine's
// own metadata is never asked.
func (c *checker) barred(u *url.URL, from *file, text string) *trouble {
	inner := isPrivate(u.Hostname())
	own := from.url == nil || from.url.Host == u.Host
	switch {
	case c.config.fetch == nil && inner, inner && !own, isMetadata(u.Hostname()):
		return &trouble{severity: Error, class: "network-reference", what: "the reference " + quote(text) + " leads into a private network", remedy: "refer to a file beside this document"}
	case c.config.fetch == nil:
		return &trouble{severity: Warning, class: "network-reference", what: "the reference " + quote(text) + " leads to the network, which is not used", remedy: "save that document beside this one and refer to the file, or use --allow-remote"}
	case u.Scheme != "http" && u.Scheme != "https", u.User != nil:
		return &trouble{severity: Error, class: "network-reference", what: "the reference " + quote(text) + " is no plain http or https address", remedy: "use https without a user and a password, or save that document beside this one"}
	case !c.asking:
		return unknown("the network is asked when all files are read")
	}
	return nil
}

// isPrivate reports whether a host is an IP address or a name that only means something from the inside.
func isPrivate(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	_, err := netip.ParseAddr(host)
	return err == nil || host == "" || host == "localhost" || strings.HasSuffix(host, ".localhost") || isMetadata(host)
}

// isMetadata reports whether a host tells a machine about itself: link-local addresses, and names of clouds.
func isMetadata(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLinkLocalUnicast() || strings.HasSuffix(strings.ToLower(strings.TrimSuffix(host, ".")), ".internal")
}
