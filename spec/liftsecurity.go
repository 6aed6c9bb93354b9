package spec

import (
	"net/url"
	"strings"
)

// securityScheme lifts one scheme of components. One that nobody can read is an HTTP scheme without a name, so that what asks
// for it stays closed.
func (l *lifter) securityScheme(kid *node) {
	n := kid.end()
	s := &SecurityScheme{Loc: kid.loc(), Name: kid.key, Kind: SecurityOtherHTTP}
	l.schemes[kid.key] = s
	l.api.SecuritySchemes = append(l.api.SecuritySchemes, s)
	if n.broken {
		return
	}
	s.Description, s.Extensions = n.value("description"), l.extensions(n)
	s.Deprecated, _ = n.truth("deprecated")
	switch n.value("type") {
	case "apiKey":
		s.Kind, s.In, s.ParamName = SecurityAPIKey, In(n.value("in")), n.value("name")
	case "oauth2":
		s.Kind, s.Flows, s.MetadataURL = SecurityBearer, l.flows(n), n.value("oauth2MetadataUrl")
	case "openIdConnect":
		s.Kind, s.MetadataURL = SecurityBearer, n.value("openIdConnectUrl")
	case "mutualTLS":
		s.Kind = SecurityMutualTLS
	case "basic": // OpenAPI 2.0
		s.Kind, s.HTTPScheme = SecurityBasic, "basic"
	default:
		s.HTTPScheme = strings.ToLower(n.value("scheme"))
		switch s.HTTPScheme {
		case "basic":
			s.Kind = SecurityBasic
		case "bearer":
			s.Kind = SecurityBearer
		}
	}
}

// flows lifts the ways to a token.
func (l *lifter) flows(scheme *node) []*OAuthFlow {
	if l.version == version20 {
		kind := scheme.value("flow")
		if word, renamed := flows20[kind]; renamed {
			kind = word
		}
		return []*OAuthFlow{l.flow(kind, scheme)}
	}
	var out []*OAuthFlow
	for _, kid := range l.kids(scheme.get("flows")) {
		if kid.role == roleOAuthFlow && !kid.dead() {
			out = append(out, l.flow(kid.key, kid.end()))
		}
	}
	return out
}

// flows20 are the flows that OpenAPI 2.0 calls otherwise.
var flows20 = map[string]string{"application": "clientCredentials", "accessCode": "authorizationCode"}

func (l *lifter) flow(kind string, n *node) *OAuthFlow {
	f := &OAuthFlow{
		Loc: n.loc(), Kind: kind, AuthorizationURL: n.value("authorizationUrl"), TokenURL: n.value("tokenUrl"),
		DeviceAuthorizationURL: n.value("deviceAuthorizationUrl"), RefreshURL: n.value("refreshUrl"),
	}
	for _, scope := range l.kids(n.get("scopes")) {
		if !scope.isExtension() {
			f.Scopes = append(f.Scopes, Scope{Name: scope.key, Description: scope.text})
		}
	}
	return f
}

// requirements lifts what an operation asks for: its own, else those of otherwise, which may be nil.
func (l *lifter) requirements(op, otherwise *node) []SecurityRequirement {
	list := op.get("security")
	if list == nil {
		list = otherwise.get("security")
	}
	var out []SecurityRequirement
	for _, item := range list.end().items() {
		if item.dead() || !l.spend(item) {
			continue
		}
		var r SecurityRequirement
		for _, kid := range item.end().kids {
			if !l.spend(kid) {
				return nil
			}
			use := SecurityUse{Scheme: l.scheme(kid)}
			for _, scope := range kid.items() {
				use.Scopes = append(use.Scopes, scope.text)
			}
			r.Uses = append(r.Uses, use)
		}
		out = append(out, r)
	}
	return out
}

// scheme finds a scheme by name, or by a reference to one of the same document, as OpenAPI 3.2 has it (section 4.30): a name that
// components has is no reference. One that is not found is added: to leave it out would open the operation.
func (l *lifter) scheme(kid *node) *SecurityScheme {
	if s := l.schemes[kid.key]; s != nil {
		return s
	}
	address, fragment, _ := strings.Cut(kid.key, "#")
	name, named := strings.CutPrefix(fragment, "/components/securitySchemes/")
	if named && kid.file == l.root.file && (address == "" || address == l.root.value("$self")) {
		if plain, err := url.PathUnescape(name); err == nil && l.schemes[unescapePointer(plain)] != nil {
			return l.schemes[unescapePointer(plain)]
		}
	}
	in, section := "components", "components/securitySchemes"
	if l.version == version20 {
		in, section = "the document", "securityDefinitions"
	}
	var names []string
	for _, s := range l.api.SecuritySchemes {
		names = append(names, s.Name)
	}
	l.warn(kid, "missing-security-scheme", "there is no security scheme "+quote(kid.key)+" in "+in+"; it is read as an HTTP scheme without a name",
		l.didYouMean(kid.key, names, "add it to "+section))
	s := &SecurityScheme{Loc: kid.loc(), Name: kid.key, Kind: SecurityOtherHTTP}
	l.schemes[kid.key] = s
	l.api.SecuritySchemes = append(l.api.SecuritySchemes, s)
	return s
}
