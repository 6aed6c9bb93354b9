package ir

import (
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/generator/internal/naming"
	"github.com/tornadogen/tornadogen/spec"
)

// credentials are the types of package tornado that carry what a caller showed, with the names of the parameters.
var credentials = map[spec.SecurityKind][2]string{
	spec.SecurityAPIKey:    {"APIKey", "key"},
	spec.SecurityBasic:     {"Basic", "credentials"},
	spec.SecurityBearer:    {"Bearer", "token"},
	spec.SecurityMutualTLS: {"MutualTLS", "credentials"},
	spec.SecurityOtherHTTP: {"Authorization", "credentials"},
}

// buildSecurity plans the authenticator of operations: one method for each scheme that one of them asks for. nil where none does.
func (b *builder) buildSecurity(s *Security, operations []*spec.Operation) *Security {
	asked := make(map[*spec.SecurityScheme]bool)
	for _, op := range operations {
		for _, r := range op.Security {
			for _, u := range r.Uses {
				asked[u.Scheme] = true
			}
		}
	}
	methods := naming.NewScope()
	for _, source := range b.api.SecuritySchemes {
		method := methods.Take(naming.Exported(nameOr(source.Extensions, source.Name)))
		if b.options[source] == "" { // those that nobody asks for have names too, so that asking for one renames none
			b.options[source] = b.scope.Take("With" + method)
		}
		if !asked[source] {
			continue
		}
		pair, ok := credentials[source.Kind]
		if !ok {
			pair = credentials[spec.SecurityOtherHTTP]
		}
		m := &Scheme{
			Source: source, Name: source.Name, Kind: source.Kind, In: source.In, ParamName: source.ParamName, HTTP: source.HTTPScheme,
			Credential: runtimeType(pair[0]), Param: pair[1],
			Method: method, Option: b.options[source], OwnOption: !b.schemes[source],
		}
		b.schemes[source] = true
		m.Doc = describe(m.Method, source.Description)
		if m.Doc == "" {
			m.Doc = m.Method + " checks the security scheme " + quote(source.Name) + " and returns the context for the handler."
		}
		m.Doc += scopes(source)
		m.OptionDoc = m.Option + " sends the credentials of the security scheme " + quote(source.Name) + " with every call that asks for them." + tokenSources(source)
		m.Doc = deprecate(m.Doc, source.Deprecated, source.Extensions)
		m.OptionDoc = deprecate(m.OptionDoc, source.Deprecated, source.Extensions)
		s.Schemes = append(s.Schemes, m)
	}
	if len(s.Schemes) == 0 {
		return nil
	}
	return s
}

// scopes lists what tokens of a scheme may be for, as far as the document does.
func scopes(s *spec.SecurityScheme) string {
	var lines []string
	seen := make(map[string]bool)
	for _, f := range s.Flows {
		for _, scope := range f.Scopes {
			if !seen[scope.Name] {
				seen[scope.Name] = true
				lines = append(lines, strings.TrimSuffix("  - "+line(scope.Name)+": "+line(scope.Description), ": "))
			}
		}
	}
	if len(lines) == 0 {
		return ""
	}
	return "\n\nScopes:\n" + strings.Join(lines, "\n")
}

// tokenSources says where the tokens of a scheme come from, as far as the document does.
func tokenSources(s *spec.SecurityScheme) string {
	var lines []string
	for _, f := range s.Flows {
		var places []string
		for _, place := range []string{f.AuthorizationURL, f.DeviceAuthorizationURL, f.TokenURL} {
			if place != "" {
				places = append(places, line(place))
			}
		}
		if len(places) > 0 {
			lines = append(lines, "  - "+line(f.Kind)+": "+strings.Join(places, ", "))
		}
	}
	if s.MetadataURL != "" {
		lines = append(lines, "  - metadata: "+line(s.MetadataURL))
	}
	if len(lines) == 0 {
		return ""
	}
	return "\n\nTokens come from:\n" + strings.Join(lines, "\n")
}

// requirements copies what an operation asks of its caller. Where there is nothing to choose from, everybody may call.
func requirements(list []spec.SecurityRequirement) []Requirement {
	out := make([]Requirement, 0, len(list))
	for _, r := range list {
		var own Requirement
		for _, u := range r.Uses {
			own.Uses = append(own.Uses, SchemeUse{Scheme: u.Scheme.Name, Scopes: slices.Clone(u.Scopes)})
		}
		out = append(out, own)
	}
	if !slices.ContainsFunc(out, func(r Requirement) bool { return len(r.Uses) > 0 }) {
		return nil
	}
	return out
}
