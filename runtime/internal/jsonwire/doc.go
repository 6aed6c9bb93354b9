// Package jsonwire turns JSON text into Go values and back, for generated codecs: one helper call a field, no reflection, no
// intermediate tree, and no error to return.
//
// Decoding goes once over the body. A [Decoder] stands on the next value; each method consumes one and checks its rule on the
// way. Text that is not JSON (RFC 8259) moves the cursor to the end, where every further call finds nothing, so loops end by
// themselves. A value that the schema refuses is noted by its offset and the rule, and decoding goes on, so that all
// violations are told together. Only [Decoder.Violations] looks for pointers and words, by going over the body again.
//
// Encoding appends to a byte slice: AppendString and the other functions never fail.
//
// Of what RFC 8259 leaves open: a member that comes twice counts the last time; a string must be UTF-8 and an escaped surrogate must
// have its pair, else the text is refused (as RFC 7493 asks); numbers are exact where the type is; nesting is bounded. The
// package performs no I/O, and a Decoder belongs to one goroutine at a time.
package jsonwire
