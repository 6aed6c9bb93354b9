package spec

import (
	"net/url"
	"slices"
	"strings"
)

// servers lifts the servers of the document and the base path of the first.
func (l *lifter) servers() {
	l.api.Servers = l.serverList(l.root)
	l.setBasePath()
}

// setBasePath takes the path of the first server.
func (l *lifter) setBasePath() {
	if len(l.api.Servers) > 0 {
		if u, err := url.Parse(l.api.Servers[0].Address); err == nil {
			l.api.BasePath = basePath(u)
		}
	}
}

// serverList lifts the servers of the document, a path or an operation.
func (l *lifter) serverList(of *node) []*Server {
	var out []*Server
	for _, n := range l.list(of, "servers") {
		if s := l.server(n); s != nil {
			out = append(out, s)
		}
	}
	return out
}

// noURL are characters that no URL has (RFC 3986 section 2), though net/url takes them.
const noURL = "{} \"<>\\^`|"

// server lifts one server, nil where nobody could call it.
func (l *lifter) server(n *node) *Server {
	at := n.get("url")
	s := &Server{Loc: at.loc(), Name: n.value("name"), Description: n.value("description"), Extensions: l.extensions(n)}
	l.serverParts(s, n, l.soundURL(at, strings.TrimSpace(at.text)))
	u, err := url.Parse(s.Address)
	if err != nil || strings.ContainsAny(s.Address, noURL) || u.Opaque != "" {
		l.warn(at, "bad-server", "the server "+quote(s.Address)+" has no valid URL; it is left out", "correct the url or its variables")
		return nil
	}
	return s
}

// soundURL repairs what authors write in place of a URL: without a scheme, or with a query.
func (l *lifter) soundURL(at *node, text string) string {
	if i := strings.IndexAny(text, "?#"); i >= 0 {
		l.warn(at, "bad-server", "the server has a query or a fragment, which is cut off", "take it out of the url")
		text = text[:i]
	}
	host, _, _ := strings.Cut(text, "/")
	name, port, hasPort := strings.Cut(host, ":")
	isPort := hasPort && port != "" && strings.Trim(port, "0123456789") == ""
	isHost := strings.Contains(name, ".") && strings.Trim(name, ".") != "" && !strings.ContainsAny(name, "{}")
	if isPort || isHost && !hasPort {
		scheme := "https://"
		if name == "localhost" || strings.HasPrefix(name, "127.") {
			scheme = "http://"
		}
		text = scheme + text
		l.warn(at, "bad-server", "the server has no scheme; it is read as "+text, "begin it with "+scheme+", or with a slash where it is a path")
	}
	return text
}

// basePath is the path of a server as it stands in a request: escaped, with a slash before and none after.
func basePath(u *url.URL) string {
	path := strings.Trim(u.EscapedPath(), "/")
	path = strings.TrimPrefix(path, "./")
	if path == "" || path == "." {
		return ""
	}
	return "/" + path
}

// serverParts takes the URL of a server apart at its variables, and puts their defaults in.
func (l *lifter) serverParts(s *Server, n *node, text string) {
	variables := n.get("variables").end()
	for {
		before, rest, found := strings.Cut(text, "{")
		name, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			s.URL = append(s.URL, ServerPart{Text: text})
			s.Address += text
			return
		}
		s.URL = append(s.URL, ServerPart{Text: before})
		s.Address += before
		text = after
		v := variables.get(name).end()
		if v == nil {
			l.warn(n.get("url"), "bad-server", "the server has no variable "+quote(name), "add it to variables, with a default")
			s.Address += "{" + name + "}"
			continue
		}
		i := slices.IndexFunc(s.Variables, func(v *ServerVariable) bool { return v.Name == name })
		if i < 0 {
			i = len(s.Variables)
			s.Variables = append(s.Variables, l.serverVariable(name, v))
		}
		s.URL = append(s.URL, ServerPart{Variable: s.Variables[i]})
		s.Address += s.Variables[i].Default
	}
}

func (l *lifter) serverVariable(name string, n *node) *ServerVariable {
	v := &ServerVariable{Loc: n.loc(), Name: name, Description: n.value("description"), Default: n.value("default"), Extensions: l.extensions(n)}
	for _, item := range n.get("enum").items() {
		if !slices.Contains(v.Enum, item.text) {
			v.Enum = append(v.Enum, item.text)
		}
	}
	def := n.get("default")
	switch {
	case def == nil && len(v.Enum) == 0:
		l.warn(n, "bad-server", "the server variable has no default; it is read as empty", "add a default")
	case def == nil:
		v.Default = v.Enum[0]
		l.warn(n, "bad-server", "the server variable has no default; its first value is taken", "add a default")
	case len(v.Enum) > 0 && !slices.Contains(v.Enum, v.Default):
		l.warn(def, "bad-server", "the default "+quote(v.Default)+" is not among the values of the server variable; it is added to them", "add it to enum, or take one of them")
		v.Enum = append(v.Enum, v.Default)
	}
	return v
}

// operationServers gives an operation those of its own, else those of its path.
func (l *lifter) operationServers(op *Operation, n, item *node) {
	if op.Servers = l.serverList(n); op.Servers != nil {
		return
	}
	for _, kid := range itemMembers(item) {
		if kid.key == "servers" {
			op.Servers = l.serverList(kid.parent)
		}
	}
}

// hoistServers makes the servers of all operations those of the document, where it has none and they are all the same.
func (l *lifter) hoistServers() {
	if len(l.api.Servers) > 0 || len(l.api.Operations) == 0 {
		return
	}
	first := l.api.Operations[0].Servers
	same := func(op *Operation) bool {
		return len(op.Servers) > 0 && slices.EqualFunc(op.Servers, first, func(a, b *Server) bool { return a.Address == b.Address })
	}
	if !same(l.api.Operations[0]) || slices.ContainsFunc(l.api.Operations, func(op *Operation) bool { return !same(op) }) {
		return
	}
	l.api.Servers = first
	for _, op := range l.api.Operations {
		op.Servers = nil
	}
	l.setBasePath()
}
