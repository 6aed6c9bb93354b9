package ir

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tornadogen/tornadogen/spec"
)

// tellApart decides how a server chooses among operations that have one method and one path. An operation that it never would choose is
// the client's alone, and is warned of.
func (b *builder) tellApart() {
	twins := make(map[*spec.Operation][]*Operation)
	for _, op := range b.pkg.Operations {
		if first := op.Source.Twin; first != nil {
			if twins[first] == nil {
				twins[first] = []*Operation{b.planned[first]}
			}
			twins[first] = append(twins[first], op)
		}
	}
	if !b.pkg.Server {
		return
	}
	for _, op := range b.pkg.Operations {
		if list := twins[op.Source]; list != nil {
			b.settleRivals(list)
		}
	}
	b.pkg.Operations = slices.DeleteFunc(b.pkg.Operations, func(op *Operation) bool {
		if op.ClientOnly && !b.pkg.Client {
			delete(b.planned, op.Source)
			return true
		}
		return false
	})
}

// settleRivals settles operations of one path. What tells those apart that are left when others are not served is decided anew.
func (b *builder) settleRivals(list []*Operation) {
	for len(list) > 1 {
		r := b.rivals(list)
		left := slices.DeleteFunc(slices.Clone(list), func(op *Operation) bool {
			by := r.coveredBy(op)
			if by != nil {
				b.notServed(op, by.op)
			}
			return by != nil
		})
		if len(left) == len(list) {
			for rank, v := range r.order {
				v.op.Choice = &Choice{Rank: rank, Demands: v.demands, Path: v.checked}
			}
			return
		}
		list = left
	}
}

func (b *builder) notServed(op, first *Operation) {
	op.ClientOnly = true
	where := "the client has its method"
	if !b.pkg.Client {
		where = "it is left out"
	}
	key := func(op *Operation) string { return op.Method + " " + quote(op.Path+op.Source.Suffix) }
	b.warnBeside(op.Source.Loc, first.Source.Loc, classSameRoute, key(op)+" has no handler, as a server cannot tell its requests from those of "+key(first)+", at line "+
		strconv.Itoa(first.Source.Loc.Line)+"; "+where,
		"make the paths differ in more than the names of variables, give each a required parameter with a value of its own, or make one operation of both")
	op.CallDoc += "\n\nThe API of this package has no handler for it, as it cannot tell its requests from those of " + first.Name + "."
}

// rival is one of the operations that share a method and a path.
type rival struct {
	op      *Operation
	demands []*Demand
	path    []*Param // by position
	checked []*Param // those of the path that have to be valid; nil while paths are not looked at
	level   int      // how much checked ask for
}

// rivals are operations that share a method and a path.
type rivals struct {
	b        *builder
	all      []*rival        // in the order of the document
	order    []*rival        // in the order in which a server tries them
	optional map[string]bool // parameters that some of them know and do not require, see placeOf
}

// placeOf is one text for a place of a parameter.
func placeOf(in spec.In, name string) string {
	if in == spec.InHeader {
		name = strings.ToLower(name)
	}
	return string(in) + " " + name
}

// rivals finds what tells operations apart: what the key of the path says, else the values that required parameters may have, else
// those that the path may have, else which of the required parameters are there. It stops where each has requests of its own.
func (b *builder) rivals(list []*Operation) *rivals {
	r := &rivals{b: b, optional: make(map[string]bool)}
	for _, op := range list {
		v := &rival{op: op, path: make([]*Param, len(pathVariables(op.Path)))}
		for _, p := range op.Request.Params {
			if p.In == spec.InPath && p.Index >= 0 {
				v.path[p.Index] = p
			}
			if !p.Required {
				r.optional[placeOf(p.Source.In, p.Wire)] = true
			}
		}
		r.all = append(r.all, v)
	}
	for _, step := range []func(v *rival){(*rival).byAddress, (*rival).byValue, r.byPath, r.byPresence} {
		for _, v := range r.all {
			step(v)
		}
		r.arrange()
		if !slices.ContainsFunc(list, func(op *Operation) bool { return r.coveredBy(op) != nil }) {
			break
		}
	}
	return r
}

// arrange drops the demands that all have, and puts those first that ask for more.
func (r *rivals) arrange() {
	common := slices.Clone(r.all[0].demands)
	for _, v := range r.all[1:] {
		common = slices.DeleteFunc(common, func(d *Demand) bool { return !slices.ContainsFunc(v.demands, d.equal) })
	}
	for _, v := range r.all {
		v.demands = slices.DeleteFunc(v.demands, func(d *Demand) bool { return slices.ContainsFunc(common, d.equal) })
	}
	r.order = slices.Clone(r.all)
	slices.SortStableFunc(r.order, func(x, y *rival) int {
		if n := len(y.demands) - len(x.demands); n != 0 {
			return n
		}
		return y.level - x.level
	})
}

// coveredBy is the rival that is tried before op and takes all of its requests; nil for none.
func (r *rivals) coveredBy(op *Operation) *rival {
	at := slices.IndexFunc(r.order, func(v *rival) bool { return v.op == op })
	for _, before := range r.order[:at] {
		if r.covers(before, r.order[at]) {
			return before
		}
	}
	return nil
}

// covers says whether x takes every request that y does.
func (r *rivals) covers(x, y *rival) bool {
	for _, d := range x.demands {
		if !slices.ContainsFunc(y.demands, d.impliedBy) {
			return false
		}
	}
	for i, p := range x.path {
		if slices.Contains(x.checked, p) && !r.b.textsWithin(y.path[i], p) {
			return false
		}
	}
	return true
}

// textsWithin says whether every text that y takes is certain to be one of x.
func (b *builder) textsWithin(y, x *Param) bool {
	return y != nil && y.Style == x.Style && b.within(y.Source.Schema, x.Source.Schema)
}

func (d *Demand) same(o *Demand) bool {
	return d.In == o.In && (d.Name == o.Name || d.In == spec.InHeader && strings.EqualFold(d.Name, o.Name))
}

func (d *Demand) equal(o *Demand) bool { return d.same(o) && slices.Equal(d.Values, o.Values) }

// impliedBy says whether what meets o meets d.
func (d *Demand) impliedBy(o *Demand) bool {
	return d.same(o) && (d.Values == nil || o.Values != nil && !slices.ContainsFunc(o.Values, func(v string) bool { return !slices.Contains(d.Values, v) }))
}

// add adds a demand, unless there is one of the same place.
func (v *rival) add(d *Demand) {
	if !slices.ContainsFunc(v.demands, d.same) {
		v.demands = append(v.demands, d)
	}
}

// byAddress demands what the key of the path says.
func (v *rival) byAddress() {
	for _, p := range v.op.Request.Params {
		if p.Fixed != nil {
			v.add(&Demand{In: p.In, Name: p.Wire, Values: []string{*p.Fixed}})
		}
	}
	for _, pair := range v.op.Source.Query {
		d := &Demand{In: spec.InQuery, Name: pair.Name, Address: v.op.declared(pair.Name, spec.InQuery) == nil}
		if !pair.Bare {
			d.Values = []string{pair.Value}
		}
		v.add(d)
	}
}

// byValue demands one of the values of each required parameter whose values are counted.
func (v *rival) byValue() {
	for _, p := range v.op.Request.Params {
		if values := p.texts(); p.Required && len(values) > 0 && (p.In == spec.InQuery || p.In == spec.InHeader) {
			v.add(&Demand{In: p.In, Name: p.Wire, Values: values})
		}
	}
}

// byPath demands that the values of the path are valid.
func (r *rivals) byPath(v *rival) {
	for _, p := range v.path {
		if level := r.b.textLevel(p); level > 0 {
			v.checked = append(v.checked, p)
			v.level += level
		}
	}
}

// textLevel says how much a parameter of the path asks for: 0 where any text is valid, 1 and 2 for texts of some lengths and forms, 3
// for what is more than a text.
func (b *builder) textLevel(p *Param) int {
	switch {
	case p == nil:
		return 0
	case p.Kind == ParamArray && p.Type.Elem.Type.Kind == KindString && p.Type.Elem.Type.Rule == nil && p.Type.Rule == nil:
		return 0
	case p.Kind != ParamScalar:
		return 1
	case p.Type.Kind != KindString:
		return 3
	case p.Type.Rule == nil:
		return 0
	}
	level := 0
	for _, f := range p.Type.Rule.Fields {
		switch {
		case f.Name == "MinLength" && f.Value.Int <= 1: // the router finds no empty text
		case f.Name == "MinLength" || f.Name == "MaxLength":
			level = max(level, 1)
		default:
			level = 2
		}
	}
	return level
}

// byPresence demands the required parameters that the others either demand, too, or do not know: what another one knows as an optional
// one may be there for its sake.
func (r *rivals) byPresence(v *rival) {
	for _, p := range v.op.Request.Params {
		listed := p.Kind == ParamScalar || p.Kind == ParamArray && p.Style != "DeepObject"
		if !p.Required || !listed || p.Source.In != spec.InQuery && p.Source.In != spec.InHeader {
			continue
		}
		if !r.optional[placeOf(p.Source.In, p.Wire)] {
			v.add(&Demand{In: p.In, Name: p.Wire})
		}
	}
}
