package check

import (
	"strconv"
	"strings"

	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

// combinations holds value i against allOf, anyOf, oneOf and not.
func (r *run) combinations(n *node, i int, seen marks) bool {
	ok := true
	for _, branch := range n.allOf {
		if ok = r.value(branch, i, seen) && ok; !ok && !r.tell {
			return false
		}
	}
	if len(n.anyOf) > 0 {
		ok = r.anyOf(n, i, seen) && ok
	}
	if len(n.oneOf) > 0 && (ok || r.tell) {
		ok = r.oneOf(n, i, seen) && ok
	}
	if n.not != nil && (ok || r.tell) && r.quietly(n.not, i, marks{}) {
		ok = r.refuse(i, validate.KeywordNot, n.not.forbids())
	}
	return ok
}

// try holds value i against a schema that may fail, whose marks count only if it does not.
func (r *run) try(n *node, i int, seen marks) bool {
	mark := len(r.bits)
	branch := seen.branch(r, i)
	ok := r.quietly(n, i, branch)
	if ok && seen.on {
		seen.merge(r, branch)
	}
	r.bits = r.bits[:mark]
	return ok
}

func (r *run) anyOf(n *node, i int, seen marks) bool {
	met := false
	for _, branch := range n.anyOf {
		met = r.try(branch, i, seen) || met
		if met && !seen.on {
			return true
		}
	}
	return met || r.none(n, n.anyOf, i, validate.KeywordAnyOf)
}

func (r *run) oneOf(n *node, i int, seen marks) bool {
	first, second := -1, -1
	for k, branch := range n.oneOf {
		switch {
		case !r.try(branch, i, seen):
		case first < 0:
			first = k
		default:
			second = k
		}
		if second >= 0 {
			break
		}
	}
	switch {
	case second >= 0:
		return r.tell && r.refuse(i, validate.KeywordOneOf, "must be of one form alone, and is of the forms "+
			formName(n.oneOf, first)+" and "+formName(n.oneOf, second))
	case first < 0:
		return r.none(n, n.oneOf, i, validate.KeywordOneOf)
	}
	return true
}

// formName names a branch: by the schema that it refers to or its title, else by its number from 1.
func formName(branches []*node, k int) string {
	for n := branches[k]; n != nil; n = n.ref {
		if n.name != "" {
			return n.name
		}
	}
	return strconv.Itoa(k + 1)
}

// none notes that value i is of none of the forms that the branches describe, and what it lacks of the one that is clearly meant.
func (r *run) none(n *node, branches []*node, i int, keyword string) bool {
	if !r.tell {
		return false
	}
	names := make([]string, len(branches))
	named := true
	for k := range branches {
		names[k] = formName(branches, k)
		named = named && names[k] != strconv.Itoa(k+1)
	}
	message := "must be of one of " + strconv.Itoa(len(branches)) + " forms, and is of none"
	if named {
		message = "must be of one of the forms " + strings.Join(names, ", ") + ", and is of none"
	}
	r.refuse(i, keyword, message)
	if meant := r.meant(n, branches, i); meant != nil {
		r.value(meant, i, marks{})
	}
	return false
}

// conditions holds value i against if, then and else.
func (r *run) conditions(n *node, i int, seen marks) bool {
	if n.condition == nil || n.then == nil && n.otherwise == nil && !seen.on {
		return true
	}
	next := n.otherwise
	if r.try(n.condition, i, seen) {
		next = n.then
	}
	return next == nil || r.value(next, i, seen)
}

// forbids says what a schema under not refuses.
func (n *node) forbids() string {
	switch {
	case len(n.values) == 1:
		return strings.Replace(n.values[0].message, "must", "must not", 1)
	case n.typed != "":
		return "must not be of type " + n.typed
	case len(n.required) == 1:
		return "must not have " + n.required[0].name
	case len(n.required) > 1:
		var names []string
		for _, q := range n.required {
			names = append(names, q.name)
		}
		return "must not have all of " + strings.Join(names, ", ")
	}
	return "must not be of a form that is excluded"
}

// meant returns the branch that value i is clearly meant for: the one that the discriminator selects, or the only one whose types
// and constants do not speak against it.
func (r *run) meant(n *node, branches []*node, i int) *node {
	if d := n.discriminator; d != nil && r.outline.Kind(i) == jsonwire.KindObject {
		if m := r.member(i, d.property); m >= 0 && r.outline.Kind(m) == jsonwire.KindString {
			if selected := d.members[string(r.outline.String(m))]; selected != nil {
				return selected
			}
		}
	}
	var only *node
	for _, branch := range branches {
		if r.resembles(branch, i, 0) {
			if only != nil {
				return nil
			}
			only = branch
		}
	}
	return only
}

// deepResemblance bounds how far references are followed to see what a schema is about.
const deepResemblance = 8

// resembles reports whether neither the type of value i nor a constant in it speaks against n.
func (r *run) resembles(n *node, i, depth int) bool {
	kind := r.outline.Kind(i)
	if n.never || n.kinds != 0 && n.kinds&(1<<kind) == 0 {
		return false
	}
	for _, v := range n.values {
		if !r.isOne(v, i) {
			return false
		}
	}
	if depth == deepResemblance {
		return true
	}
	if n.ref != nil && !r.resembles(n.ref, i, depth+1) {
		return false
	}
	for _, part := range n.allOf {
		if !r.resembles(part, i, depth+1) {
			return false
		}
	}
	if kind != jsonwire.KindObject {
		return true
	}
	for m := i + 1; m < r.outline.Next(i); m = r.outline.Next(m) {
		schema := n.properties[string(r.outline.Name(m))]
		for schema != nil && schema.ref != nil && len(schema.values) == 0 {
			schema = schema.ref
		}
		if schema == nil {
			continue
		}
		for _, v := range schema.values {
			if !r.isOne(v, m) {
				return false
			}
		}
	}
	return true
}
