package ir

import (
	"slices"

	"github.com/tornadogen/tornadogen/spec"
)

// The classes of the findings of this package.
const (
	classUntyped       = "untyped-schema"         // a value that is kept unchecked
	classImplied       = "implied-type"           // a schema without a type that is taken for an object or an array
	classUnenforced    = "unenforced-keyword"     // a keyword that nobody checks
	classUnknownFormat = "unknown-format"         // a format that is an annotation
	classContradiction = "contradiction"          // no value is valid
	classUndeclared    = "undeclared-property"    // required, but not among the properties
	classAmbiguous     = "ambiguous-union"        // members of a union that are not told apart
	classClosed        = "closed-all-of"          // additionalProperties: false beside other members of allOf
	classRing          = "all-of-ring"            // a schema that is part of itself
	classBadMedia      = "bad-media-type"         // a charset in which nothing is sent
	classRawMedia      = "raw-media-type"         // a body that arrives as bytes
	classRepeated      = "repeated-media-type"    // one that differs from another in its charset alone
	classAssumedJSON   = "assumed-json"           // a range of media types that is taken for JSON
	classParameterJSON = "parameter-as-json"      // a part of a parameter that is read as JSON text
	classStyle         = "unspecified-style"      // a style that the standard does not define for the type
	classNoSuccess     = "no-success-response"    // nothing to answer but errors
	classInformational = "informational-response" // 1XX is not an answer
	classSameRoute     = "same-route"             // an operation whose requests a server cannot tell from those of another
	classServer        = "operation-server"       // a server of an operation that only a client can honour
	classBodiless      = "bodiless-response"      // content where the status forbids a body
	classLink          = "bad-link"               // a link or an address whose values Go cannot say
	classExtension     = "bad-extension"          // an extension of this generator that it does not know, or with such a value
	classUnshared      = "unshared-type"          // a type of another package that is generated all the same
	classUnmapped      = "unmatched-mapping"      // a package for a document that nothing refers to
	classDefault       = "default-not-applied"    // a default without a literal in Go
)

type finding struct {
	class, what string
	loc         spec.Location
}

// warn records a finding, once for the same place and text.
func (b *builder) warn(loc spec.Location, class, what, remedy string) {
	b.warnBeside(loc, spec.Location{}, class, what, remedy)
}

// warnBeside is warn in regard to what stands at another place.
func (b *builder) warnBeside(loc, related spec.Location, class, what, remedy string) {
	key := finding{class, what, loc}
	if b.found[key] {
		return
	}
	b.found[key] = true
	d := b.api.Diagnose(spec.Warning, class, loc, what, remedy)
	d.Related = related
	b.diags = append(b.diags, d)
}

// unenforced warns that a keyword of s is not checked.
func (b *builder) unenforced(s *spec.Schema, keyword, why string) {
	what := keyword + " is not enforced"
	if why != "" {
		what += ": " + why
	}
	at := b.keywordLoc(s, keyword, func(*spec.Schema) bool { return true })
	b.warn(at, classUnenforced, what, "check it in the handler, or take it out")
}

// keywordLoc is the place of a keyword of s, or of the first part of its allOf in which it says what is meant; that of s itself
// where the model carries none.
func (b *builder) keywordLoc(s *spec.Schema, keyword string, meant func(part *spec.Schema) bool) spec.Location {
	seen := map[*spec.Schema]bool{}
	for queue := []*spec.Schema{s, b.origin(s)}; len(queue) > 0; queue = queue[1:] {
		part := queue[0]
		if seen[part] {
			continue
		}
		seen[part] = true
		for _, k := range slices.Concat(part.Places, part.Unenforced) {
			if k.Name == keyword && meant(part) {
				return k.Loc
			}
		}
		queue = append(queue, part.AllOf...)
	}
	return below(s, keyword)
}

// below is the place of what the model carries without one: the line of its schema.
func below(s *spec.Schema, path string) spec.Location {
	loc := s.Loc
	loc.Pointer += "/" + path
	return loc
}
