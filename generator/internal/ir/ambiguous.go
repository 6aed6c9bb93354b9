package ir

import (
	"strconv"

	"github.com/tornadogen/tornadogen/spec"
)

// distinct returns the members of a oneOf that have to be tried: of those that are the same the first, since a value would fit all
// or none of them. It warns of these, and of members whose values are refused because they fit another one too.
func (p *picker) distinct(all []*candidate) []*candidate {
	var kept []*candidate
	for _, c := range all {
		if p.compare(kept, c) {
			kept = append(kept, c)
		}
	}
	return kept
}

// distinctMembers returns the members of a union of s that is checked beside the members of a struct, by the same rules.
func (b *builder) distinctMembers(s *spec.Schema, u alternatives) []*spec.Schema {
	if u.keyword != "oneOf" {
		return u.members
	}
	p := &picker{b: b, of: s}
	all := make([]*candidate, len(u.members))
	for i, m := range u.members {
		all[i] = &candidate{source: m, index: i}
	}
	var kept []*spec.Schema
	for _, c := range p.distinct(all) {
		kept = append(kept, c.source)
	}
	return kept
}

// compare says whether c differs from the members before it, and warns where one of the two takes all that the other does.
func (p *picker) compare(before []*candidate, c *candidate) bool {
	for _, have := range before {
		narrow, wide := p.b.within(c.source, have.source), p.b.within(have.source, c.source)
		switch {
		case narrow && wide && !c.source.Always: // of members that take anything nobody can mean the first
			p.same(have, c)
			return false
		case narrow:
			p.refused(c, have)
		case wide:
			p.refused(have, c)
		}
	}
	return true
}

// same warns that two members of a oneOf are one schema.
func (p *picker) same(first, second *candidate) {
	p.b.warn(p.place(second), classAmbiguous, second.words()+" of oneOf is the same as "+first.words()+": every value fits both, and is read as the first",
		"take one of them out, or tell them apart by a discriminator")
}

// reportNull warns of a oneOf of which more than one member allows null. By the standard null is then refused; but who allows it by
// each member means that it is valid, and no two of them read it differently.
func (b *builder) reportNull(s *spec.Schema) {
	first := -1
	for i, m := range s.OneOf {
		if _, nullable := b.settle(m); !nullable && !isNull(m) {
			continue
		}
		if first < 0 {
			first = i
			continue
		}
		p := &picker{b: b, of: s}
		second := &candidate{source: m, index: i}
		b.warn(p.place(second), classAmbiguous, "null fits "+second.words()+" of oneOf and "+(&candidate{source: s.OneOf[first], index: first}).words()+
			" too: it is valid all the same", "let one member alone allow null, or use anyOf")
		return
	}
}

// refused warns that all values of a member of a oneOf fit another one too.
func (p *picker) refused(part, whole *candidate) {
	p.b.warn(p.place(part), classAmbiguous, "what fits "+part.words()+" of oneOf fits "+whole.words()+" too: such values are refused",
		"make the schemas exclude one another, tell them apart by a discriminator, or use anyOf")
}

// reportPartial warns of a discriminator that does not select all of the members, which otherwise are told apart by the member
// telling; "" for none.
func (p *picker) reportPartial(all []*candidate, telling string) {
	if p.by == "" || p.of.Discriminator == nil {
		return
	}
	names := ""
	for _, c := range all {
		if len(c.member.values) > 0 {
			continue
		}
		if names != "" {
			names += ", "
		}
		names += c.words()
	}
	if names == "" {
		return
	}
	instead := "by trying each of them"
	if telling != "" {
		instead = "by " + quote(telling)
	}
	p.b.warn(p.of.Discriminator.Loc, classAmbiguous, "the discriminator "+quote(p.by)+" is not followed, as no value of it selects "+names+
		": the members are told apart "+instead, "move the schemas to components, or give each a const in that property")
}

// reportUseless warns of a discriminator whose values all select the same members.
func (p *picker) reportUseless() {
	if p.of.Discriminator == nil {
		return
	}
	p.b.warn(p.of.Discriminator.Loc, classAmbiguous, "the discriminator "+quote(p.by)+" is not followed, as its values select all members alike: "+
		"they are told apart by trying each of them", "map each value to one member")
}

// place is where a member stands: for one that is a reference the union that has it.
func (p *picker) place(c *candidate) spec.Location {
	if c.source.Name == "" {
		return c.source.Loc
	}
	return below(p.b.origin(p.of), "oneOf/"+strconv.Itoa(c.index))
}

// words are what a message calls a member.
func (c *candidate) words() string {
	words := "member " + strconv.Itoa(c.index+1)
	if c.source.Name != "" {
		words += " (" + c.source.Name + ")"
	}
	return words
}
