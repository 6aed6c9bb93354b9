package tornado

import (
	"errors"
	"net/http"
	"slices"

	"github.com/tornadogen/tornadogen/runtime/internal/param"
	"github.com/tornadogen/tornadogen/runtime/internal/route"
)

// ValidPath has requests chosen for op, where other operations have its method and its path, by whether the path parameters that decode
// reads are valid. Generated code calls it after Register.
func (a *API) ValidPath(op *Operation, decode func(in *Input)) {
	for _, r := range slices.Backward(a.operations) {
		if r.op == op {
			r.validPath = decode
			return
		}
	}
	panic("tornado: the path of operation " + op.ID + ", which is not registered")
}

// share enters r beside the operation whose method and path it has, and reports whether it may: the document tells both apart, and
// both are where it says.
func (a *API) share(r *registered, refused error) bool {
	taken := new(route.TakenError)
	if !errors.As(refused, &taken) {
		return false
	}
	first := a.operations[taken.Value]
	for _, op := range []*Operation{first.op, r.op} {
		if _, moved := a.paths[op.ID]; moved || op.Choice == nil {
			return false
		}
	}
	if first.among == nil {
		first.among = []*registered{first}
	}
	first.among = append(first.among, r)
	slices.SortStableFunc(first.among, func(x, y *registered) int { return x.op.Choice.Rank - y.op.Choice.Rank })
	return true
}

// choose makes the match that of operations of one method and one path which the request is for, and refuses the request that is for
// none of them.
func (x *exchange) choose(among []*registered) bool {
	if x.match = x.chosen(among); x.match == nil {
		x.reply.refuse(http.StatusNotFound, "no operation of this path has this query")
	}
	return x.match != nil
}

// wouldChoose is the operation that choose would find for the values of a path, nil for none. It leaves the request as it is.
func (x *exchange) wouldChoose(among []*registered, path *route.Params) *registered {
	match, own := x.match, x.in.path
	defer func() { x.match, x.in.path = match, own }()
	x.in.path = *path
	return x.chosen(among)
}

// chosen is the first of operations whose demands are met and whose path is valid. Where there is none it is the first of the document
// that is at the address, so that its violations are told; nil where none is.
func (x *exchange) chosen(among []*registered) *registered {
	in := &x.in
	defer in.report.Continue()
	if !in.queryRead && in.query.Parse(x.head.RawQuery, 0) != nil {
		defer in.query.Reset() // whoever reads it again tells of it
	} else {
		in.queryRead = true
	}
	var first *registered
	for _, r := range among {
		x.match = r
		address, rest := in.meets(r.op.Choice.Demands)
		if address && rest && in.pathFits(r) {
			return r
		}
		if address && (first == nil || r.index < first.index) {
			first = r
		}
	}
	return first
}

// meets tells whether the request meets those of demands that are part of an address, and the other ones.
func (in *Input) meets(demands []RouteDemand) (address, rest bool) {
	address, rest = true, true
	for i := range demands {
		d := &demands[i]
		switch {
		case in.fulfils(d):
		case d.Address:
			return false, false
		default:
			rest = false
		}
	}
	return address, rest
}

// fulfils tells whether the request meets a demand.
func (in *Input) fulfils(d *RouteDemand) bool {
	joined := len(in.joined)
	defer func() { in.joined = in.joined[:joined] }() // each of a thousand operations may ask for the same field
	var p Param
	if d.Header {
		p = in.Header(d.Name, Simple)
	} else {
		p = in.report.Lookup(param.Place{Name: d.Name, In: param.InQuery, Style: Form}, &in.query.Pairs)
	}
	if !p.Present() || d.Values == nil {
		return p.Present()
	}
	text, ok := p.Bytes()
	return ok && slices.Contains(d.Values, string(text))
}

// pathFits tells whether the parameters of the path by which r is chosen are valid.
func (in *Input) pathFits(r *registered) bool {
	if r.validPath == nil {
		return true
	}
	in.report.Continue()
	r.validPath(in)
	return !in.report.Failed()
}
