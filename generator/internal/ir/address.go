package ir

import (
	"net/url"
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/spec"
)

// address plans what the key of the path says behind the template. A pair of its query, or of its fragment, that the operation declares
// as a parameter is the value that a client sends for it; another pair of the query is sent as it stands. Nothing else of a fragment is
// ever sent (RFC 9110 section 4.2.5).
func (b *builder) address(op *Operation) {
	var sent []string
	for _, pair := range op.Source.Query {
		switch p := op.declared(pair.Name, spec.InQuery); {
		case p != nil:
			p.fix(pair)
		case pair.Bare:
			sent = append(sent, url.QueryEscape(pair.Name))
		default:
			sent = append(sent, url.QueryEscape(pair.Name)+"="+url.QueryEscape(pair.Value))
		}
	}
	op.Query = strings.Join(sent, "&")
	for _, pair := range op.Source.Fragment {
		for _, in := range []spec.In{spec.InQuery, spec.InHeader} {
			if p := op.declared(pair.Name, in); p != nil && slices.Contains(p.texts(), pair.Value) {
				p.fix(pair)
			}
		}
	}
}

// declared is the parameter of a name, nil for none.
func (op *Operation) declared(name string, in spec.In) *Param {
	for _, p := range op.Request.Params {
		if p.Source.In == in && (p.Wire == name || in == spec.InHeader && strings.EqualFold(p.Wire, name)) {
			return p
		}
	}
	return nil
}

// fix makes a client send a value for a parameter that is a single one.
func (p *Param) fix(pair spec.Pair) {
	if p.Kind == ParamScalar && !pair.Bare && p.Fixed == nil {
		p.Fixed = &pair.Value
		p.Doc = strings.TrimSuffix(p.Doc+"\n\nA client sends "+quote(pair.Value)+" whatever it is.", "\n")
	}
}

// texts are the values that a parameter may have, where these are counted; nil otherwise.
func (p *Param) texts() (all []string) {
	switch {
	case p.Kind != ParamScalar:
	case p.Type.Kind == KindEnum:
		for _, v := range p.Type.Enum.Values {
			all = append(all, v.Text)
		}
	case p.Type.Kind == KindBool:
		all = p.Type.Values
	}
	return all
}
