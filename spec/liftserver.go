package spec

import (
	"net/url"
	"strings"
)

// servers lifts the servers of the document and the base path of the first.
func (l *lifter) servers() {
	for _, n := range l.list(l.root, "servers") {
		text := n.get("url")
		address := l.substitute(n, text.text)
		u, err := url.Parse(address)
		if err != nil || strings.ContainsAny(address, "{} \"<>\\^`|") {
			l.warn(text, "bad-server", "the server "+quote(address)+" has no valid URL; it is left out", "correct the url or its variables")
			continue
		}
		if len(l.api.Servers) == 0 {
			l.api.BasePath = basePath(u)
		}
		l.api.Servers = append(l.api.Servers, address)
	}
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

// substitute replaces the variables of a server's URL by their defaults.
func (l *lifter) substitute(server *node, text string) string {
	variables := server.get("variables").end()
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			b.WriteString("{" + rest)
			return b.String()
		}
		text = after
		v := variables.get(name).end()
		if v == nil {
			l.warn(server.get("url"), "bad-server", "the server has no variable "+quote(name), "add it to variables, with a default")
			b.WriteString("{" + name + "}")
			continue
		}
		b.WriteString(l.serverDefault(v))
	}
}

func (l *lifter) serverDefault(v *node) string {
	def, enum := v.get("default"), v.get("enum").items()
	if def == nil {
		if len(enum) == 0 {
			l.warn(v, "bad-server", "the server variable has no default; it is read as empty", "add a default")
			return ""
		}
		l.warn(v, "bad-server", "the server variable has no default; its first value is taken", "add a default")
		return enum[0].text
	}
	for _, n := range enum {
		if n.text == def.text {
			return def.text
		}
	}
	if len(enum) > 0 {
		l.warn(def, "bad-server", "the default "+quote(def.text)+" is not among the values of the server variable", "add it to enum, or take one of them")
	}
	return def.text
}
