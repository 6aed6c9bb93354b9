package ir

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/tornadogen/tornadogen/generator/internal/naming"
	"github.com/tornadogen/tornadogen/spec"
)

// buildServers plans the functions that give the addresses of servers.
func (b *builder) buildServers() {
	for i, source := range b.api.Servers {
		relative := strings.HasPrefix(source.Address, "/")
		if !relative && !isHTTP(source.Address) || strings.Trim(source.Address, "/") == "" {
			continue // nothing that the client speaks to, or nothing to say
		}
		s := &Server{Func: b.scope.Take("Server" + serverName(source, i)), Relative: relative}
		address := ""
		for _, part := range source.URL {
			address += part.Text
			if part.Variable != nil {
				address += "{" + part.Variable.Name + "}"
			}
		}
		s.Doc = s.Func + " gives the base URL of the API: " + line(address) + "."
		if relative {
			s.Doc = s.Func + " gives the base URL of the API: origin, such as https://example.com, and " + line(address) + "."
		}
		if text := clean(source.Description); text != "" {
			s.Doc = describe(s.Func, text) + "\n\n" + line(address)
		}
		b.serverFields(s, source)
		b.pkg.Servers = append(b.pkg.Servers, s)
	}
}

func isHTTP(address string) bool {
	return strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://")
}

// serverName is the part of a Go name that tells one server from the others: its name, else its number from the second on.
func serverName(s *spec.Server, i int) string {
	switch name := nameOr(s.Extensions, s.Name); {
	case name != "":
		return naming.Part(name)
	case i == 0:
		return ""
	default:
		return strconv.Itoa(i + 1)
	}
}

func (b *builder) serverFields(s *Server, source *spec.Server) {
	fields := make(map[*spec.ServerVariable]*ServerField)
	scope := naming.NewScope()
	if len(source.Variables) > 0 {
		s.Variables = b.scope.Take(s.Func + "Variables")
		s.VariablesDoc = s.Variables + " are the parts of the address that whoever calls chooses. What is empty has its default."
	}
	for _, v := range source.Variables {
		f := &ServerField{Name: scope.Take(naming.Exported(nameOr(v.Extensions, v.Name))), Default: v.Default}
		f.Doc = f.Name + ": " + strings.TrimSpace(clean(v.Description)+" The default is "+quote(v.Default)+".")
		if len(v.Enum) > 0 {
			f.Enum = b.scope.Take(s.Func + naming.Part(v.Name))
			f.EnumDoc = f.Enum + " is a value of the variable " + quote(v.Name) + "."
			parts := naming.Constants(v.Enum)
			for i, text := range v.Enum {
				f.Values = append(f.Values, &EnumValue{Name: b.scope.Take(f.Enum + parts[i]), Text: text, Expr: stringExpr(text)})
			}
		}
		fields[v] = f
		s.Fields = append(s.Fields, f)
	}
	for _, part := range source.URL {
		if part.Variable != nil || part.Text != "" {
			s.URL = append(s.URL, ServerPart{Text: part.Text, Field: fields[part.Variable]})
		}
	}
}

// ownServer is where a client calls an operation that has servers of its own.
func (b *builder) ownServer(op *spec.Operation) string {
	if len(op.Servers) == 0 {
		return ""
	}
	s := op.Servers[0]
	if !isHTTP(s.Address) && !strings.HasPrefix(s.Address, "/") {
		b.warn(s.Loc, classServer, "the server "+quote(s.Address)+" of an operation is no place that a client can call; that of the document counts", "write an address that begins with https://")
		return ""
	}
	if u, err := url.Parse(s.Address); err != nil || strings.TrimRight(u.EscapedPath(), "/") != b.api.BasePath {
		b.warn(s.Loc, classServer, "the client calls the operation at its own server, "+s.Address+"; the generated server serves it below "+quote(b.api.BasePath+"/")+" like all others",
			"serve that path by a mount, or give the operation the base path of the document")
	}
	return s.Address
}
