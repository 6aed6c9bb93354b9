package ir

import (
	"slices"

	"github.com/tornadogen/tornadogen/generator/internal/naming"
	"github.com/tornadogen/tornadogen/spec"
)

// places is the order of parameters in a request.
var places = []spec.In{spec.InPath, spec.InQuery, spec.InQueryString, spec.InHeader, spec.InCookie}

func (b *builder) request(op *spec.Operation, name string) *Request {
	r := &Request{Name: b.scope.Take(name + "Request")}
	r.Doc = r.Name + " is what a caller asks of " + name + "."
	scope := naming.NewScope()
	r.Body = b.requestBody(op.Body)
	if r.Body != nil {
		for _, c := range r.Body.Variants {
			c.Field = scope.Take(c.Field)
			c.Doc = describe(c.Field, r.Body.Source.Description)
		}
	}
	variables := pathVariables(op.Path)
	beside := append(slices.Clone(op.Parameters), keyParameters(op)...)
	for _, p := range inOrder(op.Parameters, variables) {
		planned := b.param(p, beside)
		planned.Field = fieldName(scope, p)
		planned.Doc = deprecate(describe(planned.Field, p.Description), p.Deprecated, p.Extensions)
		if p.In == spec.InPath {
			planned.Index = slices.Index(variables, p.Name)
		}
		r.Params = append(r.Params, planned)
	}
	return r
}

// keyParameters are the API keys of an operation, as the parameters that they are.
func keyParameters(op *spec.Operation) (keys []*spec.Parameter) {
	for _, r := range op.Security {
		for _, u := range r.Uses {
			if s := u.Scheme; s.Kind == spec.SecurityAPIKey {
				keys = append(keys, &spec.Parameter{Name: s.ParamName, In: s.In, Style: "form", Schema: textSchema})
			}
		}
	}
	return keys
}

// inOrder returns parameters in the order of places, those of the path in the order of its variables.
func inOrder(params []*spec.Parameter, variables []string) []*spec.Parameter {
	params = slices.Clone(params)
	slices.SortStableFunc(params, func(x, y *spec.Parameter) int {
		if n := slices.Index(places, x.In) - slices.Index(places, y.In); n != 0 || x.In != spec.InPath {
			return n
		}
		return slices.Index(variables, x.Name) - slices.Index(variables, y.Name)
	})
	return params
}

func (b *builder) requestBody(body *spec.RequestBody) *Body {
	if body == nil || len(body.Content) == 0 {
		return nil
	}
	of := optionalRequest
	if body.Required {
		of = requiredRequest
	}
	variants := b.contents(body.Content, of)
	return &Body{Source: body, Required: body.Required, Variants: variants}
}
