// Package check holds JSON values against schemas of JSON Schema 2020-12, for what the typed decoding of package jsonwire cannot
// say: not, if, contains, dependentRequired, unevaluatedProperties, values of any type.
//
// A [Set] compiles the normal form of schemas that the generator writes, once, when the first of them is asked for. A [Schema]
// goes over the outline of a value that jsonwire has made, never over its text again, and tells each violation by the place of
// the value and the keyword. Numbers are compared exactly, lengths count code points, equality is that of JSON Schema: 1.0 is 1.
//
// The normal form differs from the standard in this: "$ref" holds the name of a schema of the set, and nothing else is referred to,
// dynamic references having been resolved before; "format" is asserted, and so is contentEncoding where it is base64 or base64url; a
// schema whose formats are annotations leaves them out.
//
// Work is bounded: by the depth that jsonwire allows, by remembering which value met which schema, and by a number of steps
// that grows with the value. The package performs no I/O; a Schema may be used from any goroutine.
package check
