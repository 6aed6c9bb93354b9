package validate

import (
	"iter"
	"math/bits"
)

// Violation is one refusal, as a client is told: where the value stands, which keyword refused it, and why in a short sentence.
type Violation struct {
	In      string `json:"in"`      // body, query, path, header or cookie
	Pointer string `json:"pointer"` // RFC 6901 within a body; else the name of the parameter
	Keyword string `json:"keyword"` // of JSON Schema, as "minLength"
	Message string `json:"message"` // as "must have at least 3 characters"
}

// Faults is the set of demands of one rule that a value does not meet. Zero means that it meets all of them.
type Faults uint32

const (
	faultEnum Faults = 1 << iota
	faultMinimum
	faultExclusiveMinimum
	faultMaximum
	faultExclusiveMaximum
	faultMultipleOf
	faultMinLength
	faultMaxLength
	faultPattern
	faultFormat
	faultMinItems
	faultMaxItems
	faultUnique
	faultMinProperties
	faultMaxProperties
	faultType
)

// FaultEnum is the fault of a string that Enum.Lookup does not find.
const FaultEnum = faultEnum

// keywords holds the JSON Schema keyword of each fault, in the order of their bits.
var keywords = [...]string{
	"enum", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern",
	"format", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
	"type",
}

// Rule tells in words what it demands. The pointers to the rule types of this package implement it.
type Rule interface {
	// message returns the sentence for one fault, as "must be at least 1".
	message(fault Faults) string
}

// Explain yields keyword and message of each fault in f; rule is the one that found them.
func (f Faults) Explain(rule Rule) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for rest := f; rest != 0; rest &= rest - 1 {
			i := bits.TrailingZeros32(uint32(rest))
			if !yield(keywords[i], rule.message(1<<i)) {
				return
			}
		}
	}
}

// add returns f with the fault in it if bad.
func (f Faults) add(bad bool, fault Faults) Faults {
	if bad {
		return f | fault
	}
	return f
}
