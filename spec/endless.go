package spec

import "slices"

// maxEndlessRounds bounds how often all schemas are looked at for one that has a value: as many as there are steps from a schema to one
// that does, against the order of the document.
const maxEndlessRounds = 64

// refuseEndless finds schemas whose values would have to hold themselves without end: by required properties, by items that have to be
// there, or by allOf, and by all members of a oneOf or anyOf.
func (l *lifter) refuseEndless() {
	ends := map[*Schema]bool{}
	open := slices.Clone(l.all)
	for round := 0; len(open) > 0; round++ {
		before := len(open)
		slices.Reverse(open)
		open = slices.DeleteFunc(open, func(s *Schema) bool {
			ends[s] = endless(s, ends) == nil
			return ends[s]
		})
		if len(open) == before {
			break
		}
		if round == maxEndlessRounds {
			return
		}
	}
	met := map[*Schema]int{}
	for i, start := range l.all {
		s := start
		for ; !ends[s] && met[s] == 0; s = endless(s, ends) {
			met[s] = i + 1
		}
		if !ends[s] && met[s] == i+1 { // the path has come back to itself
			l.fail(l.nodes[s], "endless-schema", "the schema contains itself with no way out: no value is finite",
				"make the property that leads back optional or nullable, or the array one that may be empty")
		}
	}
}

// endless returns a schema below s that is not known to end and that every value of s holds; nil where there is none.
func endless(s *Schema, ends map[*Schema]bool) *Schema {
	if s.Nullable || s.Always || s.Never || s.Const != nil || len(s.Enum) > 0 {
		return nil
	}
	open := func(sub *Schema) bool { return sub != nil && !ends[sub] }
	if i := slices.IndexFunc(s.AllOf, open); i >= 0 {
		return s.AllOf[i]
	}
	for _, union := range [][]*Schema{s.OneOf, s.AnyOf} {
		if len(union) > 0 && !slices.ContainsFunc(union, func(m *Schema) bool { return !open(m) }) {
			return union[0]
		}
	}
	types := s.Types
	switch {
	case len(types) > 0 || len(s.OneOf)+len(s.AnyOf) > 0:
	case len(s.Required) > 0 && len(s.Properties) > 0:
		types = []string{"object"}
	case s.Items != nil || len(s.PrefixItems) > 0:
		types = []string{"array"}
	}
	var first *Schema
	for _, t := range types {
		var sub *Schema
		switch t {
		case "object":
			sub = endlessMember(s, open)
		case "array":
			sub = endlessItem(s, open)
		}
		if sub == nil {
			return nil
		}
		if first == nil {
			first = sub
		}
	}
	return first
}

// endlessMember returns the schema of a property that is open and that every object has. One for a single direction is not there in the other.
func endlessMember(s *Schema, open func(*Schema) bool) *Schema {
	for _, p := range s.Properties {
		if open(p.Schema) && !p.Schema.ReadOnly && !p.Schema.WriteOnly && slices.Contains(s.Required, p.Name) {
			return p.Schema
		}
	}
	return nil
}

// endlessItem returns the schema of an item that is open and that every array has.
func endlessItem(s *Schema, open func(*Schema) bool) *Schema {
	if s.MinItems == nil {
		return nil
	}
	for i, item := range s.PrefixItems {
		if int64(i) < *s.MinItems && open(item) {
			return item
		}
	}
	if *s.MinItems > int64(len(s.PrefixItems)) && open(s.Items) {
		return s.Items
	}
	return nil
}
