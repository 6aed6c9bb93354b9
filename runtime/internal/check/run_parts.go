package check

import (
	"strconv"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

// array holds array i against the keywords of arrays.
func (r *run) array(n *node, i int, seen marks) bool {
	o, ok, at, found := r.outline, true, 0, 0
	last := o.Next(i)
	if len(n.prefix) > 0 || n.items != nil || n.contains != nil {
		for item := i + 1; item < last; item = o.Next(item) {
			switch {
			case at < len(n.prefix):
				seen.add(r, at)
				ok = r.part(n.prefix[at], item, validate.KeywordPrefixItems) && ok
			case n.items != nil:
				seen.add(r, at)
				ok = r.part(n.items, item, validate.KeywordItems) && ok
			}
			if !ok && !r.tell {
				return false
			}
			if n.contains != nil && r.quietly(n.contains, item, marks{}) {
				seen.add(r, at)
				found++
			}
			at++
		}
	}
	if n.contains != nil {
		ok = r.contains(n, i, found) && ok
	}
	if n.array != nil {
		f := n.array.Check(o.Count(i), func() bool { return r.decoder.Distinct(o.Start(i)) })
		ok = r.refuseAs(i, f, n.array) && ok
	}
	return ok
}

func (r *run) contains(n *node, i, found int) bool {
	switch {
	case found < n.minContains && n.minContains == 1:
		return r.refuse(i, validate.KeywordContains, "must contain an item of a certain form, and none is")
	case found < n.minContains:
		return r.refuse(i, validate.KeywordMinContains, "must contain at least "+strconv.Itoa(n.minContains)+" items of a certain form, not "+strconv.Itoa(found))
	case n.maxContains >= 0 && found > n.maxContains:
		return r.refuse(i, validate.KeywordMaxContains, "must contain at most "+strconv.Itoa(n.maxContains)+" items of a certain form, not "+strconv.Itoa(found))
	}
	return true
}

// part holds an item or member against its schema. The schema false is told by the keyword that it stands under.
func (r *run) part(n *node, i int, keyword string) bool {
	if n.never {
		return r.refuse(i, keyword, validate.MessageNotAllowed)
	}
	return r.value(n, i, marks{})
}

// object holds object i against the keywords of objects.
func (r *run) object(n *node, i int, seen marks) bool {
	ok := true
	if n.properties != nil || n.patterns != nil || n.additional != nil || n.names != nil {
		ok = r.members(n, i, seen)
	}
	if !ok && !r.tell {
		return false
	}
	for k := range n.required {
		ok = r.requires(&n.required[k], i, validate.KeywordRequired, "") && ok
	}
	for k := range n.dependentRequired {
		if d := &n.dependentRequired[k]; r.member(i, d.name) >= 0 {
			for k := range d.required {
				ok = r.requires(&d.required[k], i, validate.KeywordDependentRequired, d.name) && ok
			}
		}
	}
	for _, d := range n.dependents {
		if r.member(i, d.name) >= 0 {
			ok = r.value(d.schema, i, seen) && ok
		}
	}
	if n.object != nil {
		ok = r.refuseAs(i, n.object.Check(r.outline.Count(i)), n.object) && ok
	}
	return ok
}

// members holds each member of object i against the schemas for its name.
func (r *run) members(n *node, i int, seen marks) bool {
	o, ok, at := r.outline, true, -1
	for m := i + 1; m < o.Next(i) && (ok || r.tell); m = o.Next(m) {
		at++
		if o.IsShadowed(m) {
			continue
		}
		name, known := o.Name(m), false
		if n.names != nil {
			ok = r.name(n.names, m) && ok
		}
		if schema := n.properties[string(name)]; schema != nil {
			known = true
			ok = r.part(schema, m, validate.KeywordProperties) && ok
		}
		for _, p := range n.patterns {
			if r.decoder.Match(p.match, jsonwire.Borrowed(name)) {
				known = true
				ok = r.part(p.schema, m, validate.KeywordPatternProperties) && ok
			}
		}
		if !known && n.additional != nil {
			known = true
			ok = r.part(n.additional, m, validate.KeywordAdditionalProperties) && ok
		}
		if known {
			seen.add(r, at)
		}
	}
	return ok
}

// member returns the number of the member of object i with this name; -1 if there is none.
func (r *run) member(i int, name string) int {
	o := r.outline
	for m := i + 1; m < o.Next(i); m = o.Next(m) {
		if !o.IsShadowed(m) && string(o.Name(m)) == name {
			return m
		}
	}
	return -1
}

// requires holds object i against a name that it must have; because names the member that asks for it, if one does.
func (r *run) requires(q *requirement, i int, keyword, because string) bool {
	if r.member(i, q.name) >= 0 || q.readOnly && r.decoder.Request || q.writeOnly && !r.decoder.Request {
		return true
	}
	message := validate.MessageRequired
	if because != "" {
		message += " beside " + because
	}
	return r.miss(i, q.name, keyword, message)
}

// name holds the name of member m against a schema. What is wrong with it is told of the member.
func (r *run) name(n *node, m int) bool {
	if n.never {
		return r.refuse(m, validate.KeywordPropertyNames, validate.MessageNotAllowed)
	}
	r.keyword, r.subject = validate.KeywordPropertyNames, m
	ok := r.value(n, r.outline.PushName(m), marks{})
	r.outline.PopName()
	r.keyword = ""
	return ok
}

// unevaluated holds the parts that no schema has looked at against the schemas for them, once all else is met.
func (r *run) unevaluated(n *node, kind jsonwire.Kind, i int, seen marks) bool {
	schema, keyword := n.unevaluatedProperties, validate.KeywordUnevaluatedProperties
	if kind == jsonwire.KindArray {
		schema, keyword = n.unevaluatedItems, validate.KeywordUnevaluatedItems
	}
	if schema == nil || kind != jsonwire.KindArray && kind != jsonwire.KindObject {
		return true
	}
	o, ok, at := r.outline, true, 0
	for part := i + 1; part < o.Next(i); part = o.Next(part) {
		if !seen.has(r, at) && !o.IsShadowed(part) {
			ok = r.part(schema, part, keyword) && ok
			seen.add(r, at)
		}
		at++
	}
	return ok
}
